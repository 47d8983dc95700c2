package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
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

// noted is the world once what a process has to write down is written.
func noted(w plan.World, now time.Time) plan.World {
	for _, op := range plan.Next(w, now).Ops {
		if op.Kind == plan.Note {
			w = plan.Apply(w, op, now)
		}
	}
	return w
}

// claimed is the world once it is written down which containers a process stops,
// where it is to stop any.
func claimed(w plan.World, now time.Time) plan.World {
	for _, op := range plan.Next(w, now).Ops {
		if op.Kind == plan.Note && len(op.Facts.Hooking) > 0 {
			w = plan.Apply(w, op, now)
		}
	}
	return w
}

// withoutNotes are the operations of a step but for what is written down.
func withoutNotes(s plan.Step) []plan.Op {
	return slices.DeleteFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.Note })
}

// The preStop hooks of all containers begin with the end of the pod, those of
// sidecars too; their turn to be stopped comes later, without the hook.
func TestPreStopOfSidecars(t *testing.T) {
	w := noted(hookedSidecars(t), t0)
	step := plan.Next(w, t0)
	step.Ops = withoutNotes(step)
	if got := fmt.Sprint(kinds(step)); got != "[pre-stop a/0 stop b/0 pre-stop j/0 pre-stop s/0]" {
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
	w := noted(hookedSidecars(t), t0)
	for _, op := range plan.Next(w, t0).Ops {
		w = done(w, op, time.Second)
	}
	w = noted(w, t0)
	w.Memory = plan.Memory{}
	if got := fmt.Sprint(kinds(plan.Next(w, t0))); got != "[stop a/0 stop b/0]" {
		t.Errorf("another process: %s", got)
	}
}

// A hook that has used the grace up, or failed, keeps nothing from being
// stopped; a pod that is killed runs none.
func TestPreStopOfSidecarsIsBounded(t *testing.T) {
	w := noted(hookedSidecars(t), t0)
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

// hookedPod is a pod that is up, whose container a has a preStop hook.
func hookedPod(t *testing.T, policy v1.RestartPolicy) plan.World {
	t.Helper()
	pod := podOf(1, policy)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 3}}}
	pod.Spec.Containers[0].LivenessProbe = tcp(0, 60, 1, 1)
	return up(t, pod)
}

// stopsOfA are the stops of the container a that a process may do.
func stopsOfA(w plan.World, me string, now time.Time) []plan.Op {
	w.Me = me
	return slices.DeleteFunc(plan.Next(w, now).Ops, func(op plan.Op) bool {
		return op.Unit != "a" || op.Kind != plan.StopUnit && op.Kind != plan.PreStop
	})
}

// Whatever a container is stopped for, of two who find that it is to be stopped
// one runs the hook and stops it: who has written that down first.
func TestOneRunsThePreStop(t *testing.T) {
	ill := func(w *plan.World) {
		op := plan.Op{Kind: plan.RunProbe, Target: w.Latest("a").ID, Check: translate.Liveness, Probe: tcp(0, 60, 1, 1)}
		w.Memory = w.Settle(op, errUnhealthy, t0)
	}
	for name, end := range map[string]func(w *plan.World){
		"stopped":              func(w *plan.World) { intend(w, plan.Halted) },
		"ended":                func(w *plan.World) { intend(w, plan.Ended) },
		"removed":              func(w *plan.World) { intend(w, plan.Going) },
		"ill":                  ill,
		"its postStart failed": func(w *plan.World) { w.Hooks = map[string]plan.HookEnd{w.Latest("a").ID: {At: t0, Err: errUnhealthy}} },
		"made anew":            func(w *plan.World) { w.Latest("a").Hash = "other" },
	} {
		for _, policy := range []v1.RestartPolicy{v1.RestartPolicyAlways, v1.RestartPolicyNever} {
			w := hookedPod(t, policy)
			end(&w)
			if ops := stopsOfA(w, "one", t0); len(ops) > 0 {
				t.Errorf("%s, %s: before anything is written down: %s", name, policy, kinds(plan.Step{Ops: ops}))
			}
			w.Me = "one"
			w = noted(w, t0)
			hook := stopsOfA(w, "one", t0)
			if len(hook) != 1 || hook[0].Kind != plan.PreStop || hook[0].Action == nil {
				t.Fatalf("%s, %s: who has written it down: %+v, want the hook", name, policy, hook)
			}
			if ops := stopsOfA(w, "two", t0); len(ops) > 0 {
				t.Errorf("%s, %s: another meanwhile: %s", name, policy, kinds(plan.Step{Ops: ops}))
			}
			w = noted(done(w, hook[0], 3*time.Second), t0)
			if ops := stopsOfA(w, "two", t0); len(ops) > 0 {
				t.Errorf("%s, %s: another after the hook: %s", name, policy, kinds(plan.Step{Ops: ops}))
			}
			stop := stopsOfA(w, "one", t0)
			if len(stop) != 1 || stop[0].Kind != plan.StopUnit || stop[0].Action != nil || stop[0].Grace != 27*time.Second || stop[0].Cause != hook[0].Cause {
				t.Errorf("%s, %s: after the hook: %+v, want a stop with what is left of 30s", name, policy, stop)
			}
		}
	}
}

// A claim of another stays in what a process writes down that finds something
// else out.
func TestClaimOfAnotherStays(t *testing.T) {
	w := hookedPod(t, v1.RestartPolicyAlways)
	claim := plan.Claim{By: "other", At: t0}
	w.Facts.Hooking = map[string]plan.Claim{w.Latest("a").ID: claim}
	for after, kept := range map[time.Duration]bool{9 * time.Second: true, 10 * time.Second: false} {
		now := t0.Add(after)
		if _, there := noted(w, now).Facts.Hooking[w.Latest("a").ID]; there != kept {
			t.Errorf("after %s it is there: %t", after, there)
		}
	}
}

// A grace that is shortened while the hook runs has it run no second time: the
// container is stopped when the new grace is over.
func TestPreStopIsHastened(t *testing.T) {
	w := hookedPod(t, v1.RestartPolicyAlways)
	intend(&w, plan.Going)
	w = noted(w, t0)
	hook := stopsOfA(w, "", t0)[0]
	five := int64(5)
	op, _ := plan.Remove(w, &five, t0.Add(time.Second))
	w = plan.Apply(w, op, t0.Add(time.Second))
	if ops := stopsOfA(w, "", t0.Add(time.Second)); len(ops) != 1 || ops[0].Key() != hook.Key() {
		t.Errorf("asked for with 5s: %+v, want the hook that runs", ops)
	}
	if ops := stopsOfA(w, "", t0.Add(8*time.Second)); len(ops) != 1 || ops[0].Kind != plan.StopUnit || ops[0].Grace != 2*time.Second {
		t.Errorf("when they are over: %+v, want a stop with 2s", ops)
	}
}

// Who goes on with a stop whose process was killed has what is left of the grace,
// for the hook and the container together; when it is over the hook is not run.
func TestPreStopOfAKilledProcess(t *testing.T) {
	for grace, want := range map[int64][2]time.Duration{ // when it goes on, and what it has
		4:  {6 * time.Second, 2 * time.Second},
		9:  {10 * time.Second, 2 * time.Second},
		30: {10 * time.Second, 20 * time.Second},
	} {
		w := hookedPod(t, v1.RestartPolicyAlways)
		op, _ := plan.Remove(w, &grace, t0)
		w = plan.Apply(w, op, t0)
		w.Me = "killed"
		w = noted(w, t0)
		w.Revisions[0].Others = true
		w.Me = "this"
		at := t0.Add(want[0])
		if ops := stopsOfA(noted(w, at.Add(-time.Second)), "this", at.Add(-time.Second)); len(ops) > 0 {
			t.Errorf("grace %d: a second early: %+v", grace, ops)
		}
		if ops := stopsOfA(w, "this", at); len(ops) > 0 {
			t.Errorf("grace %d: before that is written down: %+v", grace, ops)
		}
		w = noted(w, at)
		if ops := stopsOfA(w, "that", at); len(ops) > 0 {
			t.Errorf("grace %d: two go on with it: %+v", grace, ops)
		}
		ops := stopsOfA(w, "this", at)
		if len(ops) != 1 || ops[0].Grace != want[1] || (ops[0].Kind == plan.PreStop) != (grace > 9) {
			t.Errorf("grace %d: %+v, want %s", grace, ops, want[1])
			continue
		}
		if grace != 30 {
			continue
		}
		if ops = stopsOfA(done(w, ops[0], 3*time.Second), "this", at); len(ops) != 1 || ops[0].Grace != 17*time.Second {
			t.Errorf("after the hook: %+v, want a stop with 17s", ops)
		}
	}
}

// Where nothing can be written down a container is stopped all the same, when its
// grace is over.
func TestStopWithoutAClaim(t *testing.T) {
	w := hookedPod(t, v1.RestartPolicyAlways)
	intend(&w, plan.Halted)
	for after, want := range map[time.Duration]int{38 * time.Second: 0, 39 * time.Second: 1} {
		if ops := stopsOfA(w, "this", t0.Add(after)); len(ops) != want {
			t.Errorf("after %s: %+v", after, ops)
		}
	}
}

// A container that was sent a signal, and whose grace is over, is given no other: it
// is killed.
func TestNoSecondGrace(t *testing.T) {
	w := hookedPod(t, v1.RestartPolicyAlways)
	intend(&w, plan.Halted)
	w.Revisions[0].Others = true
	w.Latest("a").Signalled = t0.Add(time.Second)
	now := t0.Add(33 * time.Second)
	ops := stopsOfA(noted(w, now), "", now)
	if len(ops) != 1 || ops[0].Kind != plan.StopUnit || ops[0].Grace != 0 {
		t.Errorf("%+v, want a kill and no hook", ops)
	}
}
