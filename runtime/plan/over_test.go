package plan_test

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// Users see a pod that is being removed until nothing of it runs: before that
// nothing of it is removed, and its phase stays what it was. What is left of it is
// shown when nobody removes it.
func TestOver(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyAlways))
	intend(&w, plan.Going)
	exit(w, "a", 0, t0)
	exit(w, "b", 3, t0)
	for s := plan.Next(w, t0); s.State != plan.Gone; s = plan.Next(w, t0) {
		shown := plan.Shown(w, t0)
		if shown != (w.Pause != nil && w.Pause.State == plan.Running) {
			t.Errorf("shown: %t, while to be done is %v", shown, kinds(s))
		}
		if shown && s.Phase != v1.PodFailed {
			t.Errorf("the phase is %s", s.Phase)
		}
		if late := t0.Add(time.Minute); w.Pause != nil && !plan.Shown(w, late) {
			t.Errorf("it is not shown after a minute in which nobody does %v", kinds(s))
		}
		w = plan.Apply(w, s.Ops[0], t0)
	}
}

// What holds a pod, or runs, keeps it from being over.
func TestNotOver(t *testing.T) {
	held := podOf(1, v1.RestartPolicyNever)
	held.Finalizers = []string{"example.com/keep"}
	for name, w := range map[string]plan.World{
		"a container runs": func() plan.World {
			w := up(t, podOf(2, v1.RestartPolicyAlways))
			intend(&w, plan.Going)
			w.Pause.State = plan.Exited
			return w
		}(),
		"it has a finalizer": func() plan.World {
			w := up(t, held)
			intend(&w, plan.Going)
			exit(w, "a", 0, t0)
			w.Pause.State = plan.Exited
			return w
		}(),
		"it is stopped": func() plan.World {
			w := up(t, podOf(1, v1.RestartPolicyAlways))
			intend(&w, plan.Halted)
			exit(w, "a", 0, t0)
			w.Pause.State = plan.Exited
			return w
		}(),
	} {
		if w.Over() || !plan.Shown(w, t0) {
			t.Errorf("%s: it is over", name)
		}
	}
}
