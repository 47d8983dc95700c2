package plan_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// One container after the other starts; one that cannot start, for whatever
// reason, is passed over (kuberuntime_manager.go, SyncPod, step 7).
func TestAContainerThatCannotStartKeepsNoOther(t *testing.T) {
	absent := errors.New("manifest unknown")
	w := unborn(podOf(5, v1.RestartPolicyAlways), translate.Options{})
	for i := range w.Want.Units {
		w.Want.Units[i].Pull = v1.PullAlways
	}
	w.Want.Units[0].Pull = v1.PullNever
	w.Want.Units[0].Container.Image = "never"
	w.Want.Units[2].Container.Image = "absent"
	var got []string
	for range 20 {
		s := plan.Next(w, t0)
		for _, op := range s.Ops {
			switch {
			case op.Kind == plan.PullImage && op.Target == "absent", op.Kind == plan.StartUnit && op.Unit == "d":
				w.Memory = w.Settle(op, absent, t0)
				got = append(got, string(op.Kind)+" "+op.Unit+" fails")
			case op.Kind == plan.StartUnit:
				got = append(got, "start "+op.Unit)
				fallthrough
			default:
				w = plan.Apply(w, op, t0)
			}
		}
	}
	if diff := cmp.Diff([]string{"pull image c fails", "start b", "start d fails", "start e"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s := plan.Next(w, t0); s.State != plan.Starting || len(s.Faults()) != 3 {
		t.Errorf("then it is %s, with %d faults", s.State, len(s.Faults()))
	}
}

// While one is on its way, the next is made and not started.
func TestAContainerStartsWhenTheOneBeforeHas(t *testing.T) {
	pod := podOf(2, v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
	w := unborn(pod, translate.Options{})
	for range 10 {
		for _, op := range plan.Next(w, t0).Ops {
			if op.Kind != plan.PostStart {
				w = plan.Apply(w, op, t0)
			}
		}
	}
	if b := w.Latest("b"); b == nil || b.State != plan.Created {
		t.Errorf("while the hook of a runs, b is %+v", b)
	}
}
