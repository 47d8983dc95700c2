package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// hookedSidecars is a pod of the sidecars s and j and the containers a and b,
// all of which have a preStop hook, as it is when its removal is asked for.
func hookedSidecars(t *testing.T) plan.World {
	t.Helper()
	pod := withInits(v1.RestartPolicyAlways)
	always := v1.ContainerRestartPolicyAlways
	pod.Spec.InitContainers[2].RestartPolicy = &always
	hook := &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 1}}}
	for _, c := range []*v1.Container{&pod.Spec.InitContainers[1], &pod.Spec.InitContainers[2], &pod.Spec.Containers[0]} {
		c.Lifecycle = hook
	}
	w := at(t, pod, "b", true)
	intend(&w, plan.Going)
	return w
}

// done is the world after an operation that took so long.
func done(w plan.World, op plan.Op, took time.Duration) plan.World {
	now := t0.Add(took)
	w.Memory = w.Settle(op, nil, now).Took(op, took, now)
	return w
}

// withoutNotes are the operations of a step but for what is written down.
func withoutNotes(s plan.Step) []plan.Op {
	return slices.DeleteFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.Note })
}

// The preStop hooks of all containers begin with the end of the pod, those of
// sidecars too; their turn to be stopped comes later, without the hook.
func TestPreStopOfSidecars(t *testing.T) {
	w := hookedSidecars(t)
	step := plan.Next(w, t0)
	step.Ops = withoutNotes(step)
	if got := fmt.Sprint(kinds(step)); got != "[stop a/0 stop b/0 pre-stop j/0 pre-stop s/0]" {
		t.Fatalf("at the beginning: %s", got)
	}
	for _, op := range step.Ops {
		if (op.Action != nil) != (op.Unit != "b") {
			t.Errorf("the hook of %s: %+v", op.Unit, op.Action)
		}
	}
	s, j := step.Ops[3], step.Ops[2]
	for _, unit := range []string{"a", "b"} {
		exit(w, unit, 0, t0.Add(3*time.Second))
	}
	if got := fmt.Sprint(kinds(plan.Step{Ops: withoutNotes(plan.Next(w, t0))})); got != "[pre-stop j/0 pre-stop s/0]" {
		t.Errorf("while the hook of the first in turn runs: %s", got)
	}
	w = done(done(w, s, time.Second), j, 20*time.Second)
	ops := withoutNotes(plan.Next(w, t0))
	if len(ops) != 1 || ops[0].Kind != plan.StopUnit || ops[0].Unit != "j" || ops[0].Action != nil || ops[0].Grace != 10*time.Second {
		t.Errorf("after it: %+v, want a stop of j without its hook and with 10s", ops)
	}
}

// That a hook has returned is written down, so that a process which comes late
// does not run it again.
func TestPreStopIsNoted(t *testing.T) {
	w := hookedSidecars(t)
	for _, op := range plan.Next(w, t0).Ops[2:] {
		w = done(w, op, time.Second)
	}
	for _, op := range plan.Next(w, t0).Ops {
		if op.Kind == plan.Note {
			w = plan.Apply(w, op, t0)
		}
	}
	w.Memory = plan.Memory{}
	if got := fmt.Sprint(kinds(plan.Next(w, t0))); got != "[stop a/0 stop b/0]" {
		t.Errorf("another process: %s", got)
	}
}

// A hook that has used the grace up, or failed, keeps nothing from being
// stopped; a pod that is killed runs none.
func TestPreStopOfSidecarsIsBounded(t *testing.T) {
	w := hookedSidecars(t)
	hooks := withoutNotes(plan.Next(w, t0))[2:]
	for _, unit := range []string{"a", "b"} {
		exit(w, unit, 0, t0.Add(3*time.Second))
	}
	for _, op := range hooks {
		if op.Grace != 30*time.Second {
			t.Errorf("the hook of %s may take %s", op.Unit, op.Grace)
		}
		w.Memory = w.Settle(op, errUnhealthy, t0).Took(op, 30*time.Second, t0)
	}
	ops := withoutNotes(plan.Next(w, t0))
	late := func(op plan.Op) bool { return op.Kind == plan.StopUnit && op.Grace == 2*time.Second }
	if len(ops) != 2 || !late(ops[0]) || !late(ops[1]) {
		t.Errorf("after hooks that took all of the grace: %+v, want stops with 2s, side by side", ops)
	}
	none := int64(0)
	op, _ := plan.Remove(w, &none, t0)
	if ops := plan.Next(plan.Apply(hookedSidecars(t), op, t0), t0).Ops; len(ops) != 2 {
		t.Errorf("a kill: %+v, want stops of a and b alone", ops)
	}
}

// What readiness probes say while a pod is being removed is written down for
// others to see.
func TestReadinessIsNotedWhileLeaving(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) { c.ReadinessProbe = tcp(0, 1, 1, 1) })
	p.until(2*time.Second, good)
	for _, op := range plan.Next(p.w, p.now).Ops {
		p.w = plan.Apply(p.w, op, p.now)
	}
	c := p.w.Latest("a")
	if p.w.Facts.Ready[c.ID].IsZero() {
		t.Fatalf("it is not noted as ready: %+v", p.w.Facts)
	}
	intend(&p.w, plan.Going)
	probe := plan.Op{Kind: plan.RunProbe, Target: c.ID, Check: "readiness", Probe: tcp(0, 1, 1, 1)}
	p.w.Memory = p.w.Settle(probe, errUnhealthy, p.now)
	for _, op := range plan.Next(p.w, p.now).Ops {
		if op.Kind == plan.Note {
			p.w = plan.Apply(p.w, op, p.now)
		}
	}
	u, _ := p.w.Want.Unit("a")
	p.w.Memory = plan.Memory{} // as another process sees it
	if p.w.Ready(u, *p.w.Latest("a")) {
		t.Error("others see it ready still")
	}
}

// A pod that is removed before all of it has run has failed, as soon as nothing
// of it runs (status_manager.go, TerminatePod); finalizers let that be seen.
func TestRemovedWhilePending(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *plan.World)
		want   v1.PodPhase
	}{
		"nothing has run":                  {func(*plan.World) {}, v1.PodFailed},
		"an init container runs":           {func(w *plan.World) { w.Latest("i").State = plan.Running }, v1.PodPending},
		"an init container has ended well": {func(w *plan.World) { exit(*w, "i", 0, t0) }, v1.PodFailed},
	} {
		pod := withInits(v1.RestartPolicyAlways)
		pod.Finalizers = []string{"example.com/keep"}
		w := at(t, pod, "i", name != "nothing has run")
		c.change(&w)
		intend(&w, plan.Going)
		if got := plan.Phase(w); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
