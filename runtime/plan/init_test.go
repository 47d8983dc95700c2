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

// withInits is a pod of containers a and b with init containers i and j and
// the sidecar s between them.
func withInits(policy v1.RestartPolicy) *v1.Pod {
	pod := podOf(2, policy)
	always := v1.ContainerRestartPolicyAlways
	for _, name := range []string{"i", "s", "j"} {
		c := v1.Container{Name: name, Image: "image-0", ImagePullPolicy: v1.PullIfNotPresent}
		if name == "s" {
			c.RestartPolicy = &always
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
	}
	return pod
}

// The way of a pod with init containers: one after the other, and what comes
// after them is not made before they are through.
func TestInitsInOrder(t *testing.T) {
	var got []string
	for _, s := range plan.Simulate(unborn(withInits(v1.RestartPolicyAlways), translate.Options{}), t0) {
		got = append(got, fmt.Sprint(kinds(s), s.Phase, s.State))
	}
	want := []string{
		"[create pause]Pendingstarting",
		"[start pause]Pendingstarting",
		"[pull image i/0]Pendingstarting",
		"[create i/0]Pendingstarting",
		"[start i/0]Pendingstarting",
		"[create s/0]Pendingstarting",
		"[start s/0]Pendingstarting",
		"[create j/0]Pendingstarting",
		"[start j/0]Pendingstarting",
		"[create a/0 pull image b/0]Pendingstarting",
		"[start a/0 create b/0]Pendingstarting",
		"[start b/0]Pendingstarting",
		"[]Runningup",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// at is the world just before a unit would start, or with it just started.
func at(t *testing.T, pod *v1.Pod, unit string, started bool) plan.World {
	t.Helper()
	w := unborn(pod, translate.Options{})
	for range 100 {
		for _, op := range plan.Next(w, t0).Ops {
			if op.Kind == plan.StartUnit && op.Unit == unit && !started {
				return w
			}
			w = plan.Apply(w, op, t0)
			if op.Kind == plan.StartUnit && op.Unit == unit {
				return w
			}
		}
	}
	t.Fatalf("unit %s is never started", unit)
	return w
}

// Each case changes a pod at some point of its way.
func TestNextWithInits(t *testing.T) {
	later := t0.Add(time.Minute)
	running := func(w *plan.World, unit string) {
		c := w.Latest(unit)
		c.State, c.FinishedAt = plan.Running, time.Time{}
	}
	cases := map[string]struct {
		policy v1.RestartPolicy
		after  string // the unit that was started last
		change func(w *plan.World)
		now    time.Time
		ops    []string
		state  plan.PodState
		phase  v1.PodPhase
		wake   time.Time
	}{
		"one runs": {after: "i", change: func(w *plan.World) { running(w, "i") }, state: plan.Starting, phase: v1.PodPending},
		"one fails": {after: "i", change: func(w *plan.World) { exit(*w, "i", 1, t0) },
			ops: []string{"create i/1"}, state: plan.Starting, phase: v1.PodPending},
		"one fails again": {after: "i", change: func(w *plan.World) {
			exit(*w, "i", 1, t0)
			w.Latest("i").Backoff = 1
		}, state: plan.Starting, phase: v1.PodPending, wake: t0.Add(10 * time.Second)},
		"one is killed for its memory, with 0": {after: "i", change: func(w *plan.World) { w.Latest("i").OOMKilled = true },
			ops: []string{"create i/1"}, state: plan.Starting, phase: v1.PodPending},
		"one fails for good": {policy: v1.RestartPolicyNever, after: "j", change: func(w *plan.World) { exit(*w, "j", 1, t0) },
			ops: []string{"revise"}, state: plan.Finished, phase: v1.PodPending},
		"one fails for good, and nothing runs any more": {policy: v1.RestartPolicyNever, after: "j", change: func(w *plan.World) {
			exit(*w, "j", 1, t0)
			exit(*w, "s", 0, t0)
		}, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodFailed},
		"the sidecar ends before the next": {after: "s", change: func(w *plan.World) { exit(*w, "s", 0, t0) },
			ops: []string{"create s/1"}, state: plan.Starting, phase: v1.PodPending},
		"the sidecar ends later, whatever the policy": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) { exit(*w, "s", 0, t0) },
			ops: []string{"create s/1"}, state: plan.Starting, phase: v1.PodRunning},
		"the sidecar backs off": {after: "b", change: func(w *plan.World) {
			exit(*w, "s", 1, t0)
			w.Latest("s").Backoff = 1
		}, state: plan.Up, phase: v1.PodRunning, wake: t0.Add(10 * time.Second)},
		"the work is done": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
		}, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodRunning},
		"the work is done, and known to be": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			intend(w, plan.Ended)
		}, ops: []string{"stop s/0"}, state: plan.Finished, phase: v1.PodRunning},
		"the work is done, and the sidecar has ended badly": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			exit(*w, "s", 137, t0)
			intend(w, plan.Ended)
		}, ops: []string{"stop pause"}, state: plan.Finished, phase: v1.PodSucceeded},
		"the work is done, and all is quiet": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) {
			for _, unit := range []string{"a", "b", "s"} {
				exit(*w, unit, 0, t0)
			}
			intend(w, plan.Ended)
			w.Pause.State = plan.Exited
		}, state: plan.Finished, phase: v1.PodSucceeded},
		"one has failed for good, and all is quiet": {policy: v1.RestartPolicyNever, after: "j", change: func(w *plan.World) {
			exit(*w, "j", 1, t0)
			exit(*w, "s", 0, t0)
			intend(w, plan.Ended)
			w.Pause.State = plan.Exited
		}, state: plan.Finished, phase: v1.PodFailed},
		"the pause died when the work was done": {policy: v1.RestartPolicyNever, after: "b", change: func(w *plan.World) {
			for _, unit := range []string{"a", "b", "s"} {
				exit(*w, unit, 0, t0)
			}
			w.Pause.State = plan.Exited
		}, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodSucceeded},
		"the pause was restarted": {after: "b", change: func(w *plan.World) { w.Pause.StartedAt = later }, now: later,
			ops: []string{"stop a/0", "stop b/0"}, state: plan.Starting, wake: later.Add(3 * time.Second), phase: v1.PodPending},
		"the pause was restarted, and all have ended": {after: "b", change: func(w *plan.World) {
			w.Pause.StartedAt = later
			for _, unit := range []string{"s", "a", "b"} {
				exit(*w, unit, 137, t0)
			}
		}, now: later, ops: []string{"create i/1"}, state: plan.Starting, phase: v1.PodPending},
		"removed": {after: "b", change: func(w *plan.World) { intend(w, plan.Going) },
			ops: []string{"stop a/0", "stop b/0"}, state: plan.Leaving, phase: v1.PodRunning},
		"removed, the others have ended": {after: "b", change: func(w *plan.World) {
			intend(w, plan.Going)
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
		}, ops: []string{"stop s/0"}, state: plan.Leaving, phase: v1.PodRunning},
		"removed in the middle": {after: "i", change: func(w *plan.World) {
			running(w, "i")
			intend(w, plan.Going)
		}, ops: []string{"stop i/0"}, state: plan.Leaving, phase: v1.PodPending},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.policy == "" {
				c.policy = v1.RestartPolicyAlways
			}
			if c.now.IsZero() {
				c.now = t0
			}
			w := at(t, withInits(c.policy), c.after, true)
			c.change(&w)
			s := plan.Next(claimed(w, c.now), c.now)
			if crashes := name == "one fails again"; crashes && !s.Settled() {
				t.Error("a pod whose init container backs off has come as far as it does for now")
			}
			got := fmt.Sprint(kinds(s), s.State, s.Phase, s.Wake)
			want := fmt.Sprint(append([]string{}, c.ops...), c.state, c.phase, c.wake)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// Sidecars are stopped one after the other, from the last to the first, with
// what the others have left of the grace.
func TestSidecarsStopLast(t *testing.T) {
	pod := withInits(v1.RestartPolicyAlways)
	always := v1.ContainerRestartPolicyAlways
	pod.Spec.InitContainers[2].RestartPolicy = &always
	w := at(t, pod, "b", true)
	intend(&w, plan.Going)
	for _, unit := range []string{"a", "b"} {
		exit(w, unit, 0, t0.Add(25*time.Second))
	}
	for _, want := range []struct {
		unit  string
		grace time.Duration
		ends  time.Time
	}{{"j", 5 * time.Second, t0.Add(29 * time.Second)}, {"s", 2 * time.Second, t0.Add(30 * time.Second)}} {
		ops := plan.Next(w, t0.Add(26*time.Second)).Ops
		if len(ops) != 1 || ops[0].Unit != want.unit || ops[0].Grace != want.grace {
			t.Fatalf("got %+v, want a stop of %s with %s", ops, want.unit, want.grace)
		}
		exit(w, want.unit, 0, want.ends)
	}
}

// A simulation comes to rest whatever probes there are, and does not end at one that waits before it is run first.
func TestSimulateProbes(t *testing.T) {
	pod := withInits(v1.RestartPolicyAlways)
	probe := &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{}}, InitialDelaySeconds: 5, PeriodSeconds: 1, SuccessThreshold: 1, FailureThreshold: 1}
	pod.Spec.InitContainers[1].StartupProbe = probe
	pod.Spec.Containers[0].StartupProbe, pod.Spec.Containers[1].LivenessProbe = probe, probe
	steps := plan.Simulate(unborn(pod, translate.Options{}), t0)
	var ops []string
	for _, s := range steps {
		ops = append(ops, kinds(s)...)
	}
	for _, unit := range []string{"s", "j", "a", "b"} {
		if !slices.Contains(ops, "start "+unit+"/0") {
			t.Errorf("%s is not started: %q", unit, ops)
		}
	}
	if last := steps[len(steps)-1]; len(last.Ops) > 0 || len(steps) > 30 {
		t.Errorf("no rest after %d steps: %q", len(steps), kinds(last))
	}
}
