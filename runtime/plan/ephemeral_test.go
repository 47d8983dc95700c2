package plan_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// debugged is a pod that is up with containers a and b, of which a later
// revision has brought an ephemeral container.
func debugged(t *testing.T, policy v1.RestartPolicy, change func(*v1.EphemeralContainer)) plan.World {
	t.Helper()
	own := false
	w := up(t, podOf(2, policy))
	pod := w.Want.Pod.DeepCopy()
	c := v1.EphemeralContainer{EphemeralContainerCommon: v1.EphemeralContainerCommon{
		Name: "dbg", Image: "image-0", ImagePullPolicy: v1.PullIfNotPresent,
	}}
	change(&c)
	pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, c)
	w.Want = translate.New(pod, translate.Options{SharePID: &own})
	return w
}

func plain(*v1.EphemeralContainer) {}

func targetsB(c *v1.EphemeralContainer) { c.TargetContainerName = "b" }

// Each case changes a pod that has got an ephemeral container, and says what
// Next then does: the pod's phase does not ask for it.
func TestEphemeral(t *testing.T) {
	made := func(w *plan.World, op plan.Op) { *w = plan.Apply(*w, op, t0) }
	create := func(w *plan.World) { made(w, plan.Next(*w, t0).Ops[0]) }
	start := func(w *plan.World) { create(w); create(w) }
	cases := map[string]struct {
		policy    v1.RestartPolicy
		container func(*v1.EphemeralContainer)
		change    func(w *plan.World)
		ops       []string
		waits     string
		state     plan.PodState
		phase     v1.PodPhase
	}{
		"created":          {change: func(*plan.World) {}, ops: []string{"create dbg/0"}, state: plan.Up, phase: v1.PodRunning},
		"then started":     {change: create, ops: []string{"start dbg/0"}, state: plan.Up, phase: v1.PodRunning},
		"then left to run": {change: start, state: plan.Up, phase: v1.PodRunning},
		"never restarted":  {change: func(w *plan.World) { start(w); exit(*w, "dbg", 1, t0) }, state: plan.Up, phase: v1.PodRunning},
		"stopped with the pause it joined": {change: func(w *plan.World) {
			start(w)
			w.Pause.StartedAt = t0.Add(time.Second)
		}, ops: []string{"stop a/0", "stop b/0", "stop dbg/0"}, state: plan.Starting, phase: v1.PodRunning},
		"made beside a container that backs off": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0)
			w.Latest("a").Backoff = 2
		}, ops: []string{"create dbg/0"}, waits: "CrashLoopBackOff", state: plan.Up, phase: v1.PodRunning},
		"waits for its target": {container: targetsB, change: func(w *plan.World) {
			exit(*w, "b", 1, t0)
			w.Latest("b").Backoff = 2
		}, waits: "CrashLoopBackOff CreateContainerConfigError", state: plan.Up, phase: v1.PodRunning},
		"joins its target": {container: targetsB, change: func(*plan.World) {}, ops: []string{"create dbg/0"}, state: plan.Up, phase: v1.PodRunning},
		"stopped when the pod has ended": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			start(w)
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			intend(w, plan.Ended)
		}, ops: []string{"stop dbg/0"}, state: plan.Finished, phase: v1.PodRunning},
		"not made when the pod has ended": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			intend(w, plan.Ended)
		}, ops: []string{"stop pause"}, state: plan.Finished, phase: v1.PodSucceeded},
		"one that would be wrong is its own fault": {container: func(c *v1.EphemeralContainer) {
			c.VolumeDevices = []v1.VolumeDevice{{Name: "disk", DevicePath: "/dev/x"}}
		}, change: func(*plan.World) {}, waits: "CreateContainerConfigError", state: plan.Up, phase: v1.PodRunning},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			policy, container := v1.RestartPolicyAlways, plain
			if c.policy != "" {
				policy = c.policy
			}
			if c.container != nil {
				container = c.container
			}
			w := debugged(t, policy, container)
			c.change(&w)
			s := plan.Next(claimed(w, t0), t0)
			waits := ""
			for _, wait := range s.Waits {
				if waits != "" {
					waits += " "
				}
				waits += wait.Reason
			}
			if diff := cmp.Diff(append([]string{}, c.ops...), kinds(s)); diff != "" || waits != c.waits || s.State != c.state || s.Phase != c.phase {
				t.Errorf("waits %q, state %s, phase %s, ops (-want +got):\n%s", waits, s.State, s.Phase, diff)
			}
		})
	}
}

// A target's PID namespace is joined by the ID of the attempt that runs: its
// name is another one after a restart.
func TestEphemeralJoinsItsTarget(t *testing.T) {
	w := debugged(t, v1.RestartPolicyAlways, targetsB)
	got := plan.Next(w, t0).Ops[0].Request
	if want := "container:" + w.Latest("b").ID; string(got.Host.PidMode) != want {
		t.Errorf("PID mode %q, want %q", got.Host.PidMode, want)
	}
	if got.Origin("HostConfig.PidMode") != "spec.ephemeralContainers[0].targetContainerName" {
		t.Errorf("it came from %q", got.Origin("HostConfig.PidMode"))
	}
	unit, _ := w.Want.Unit("dbg")
	if unit.Request.Host.PidMode != "" {
		t.Errorf("the blueprint was changed: %q", unit.Request.Host.PidMode)
	}
}

// What fails of an ephemeral container is told of and is in nobody's way, but
// for its stop.
func TestEphemeralBlocksNothing(t *testing.T) {
	never := func(c *v1.EphemeralContainer) { c.Image, c.ImagePullPolicy = "other", v1.PullNever }
	fetched := func(c *v1.EphemeralContainer) { c.Image = "other" }
	fail := func(w *plan.World) {
		s := plan.Next(*w, t0)
		w.Memory = w.Settle(s.Ops[0], errors.New("manifest unknown"), t0)
		*w = plan.Apply(*w, plan.Next(*w, t0).Ops[0], t0) // it is written down for others
	}
	for name, c := range map[string]struct {
		container func(*v1.EphemeralContainer)
		change    func(*plan.World)
		waits     int
	}{
		"an image that may not be pulled":   {never, func(*plan.World) {}, 1},
		"an image that cannot be pulled":    {fetched, fail, 1},
		"an image that is to be pulled":     {fetched, func(*plan.World) {}, 0},
		"a container that cannot be made":   {plain, fail, 1},
		"a container that is still to come": {plain, func(*plan.World) {}, 0},
	} {
		w := debugged(t, v1.RestartPolicyAlways, c.container)
		c.change(&w)
		if s := plan.Next(w, t0); len(s.Waits) != c.waits || len(s.Faults()) > 0 || !s.Settled() {
			t.Errorf("%s: settled %t, faults %v, waits %+v", name, s.Settled(), s.Faults(), s.Waits)
		}
	}
	w := debugged(t, v1.RestartPolicyAlways, plain)
	for range 2 {
		w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	}
	intend(&w, plan.Halted)
	for _, op := range plan.Next(w, t0).Ops {
		if op.Unit == "dbg" {
			w.Memory = w.Settle(op, errors.New("it hangs"), t0)
		}
	}
	if s := plan.Next(w, t0); len(s.Faults()) != 1 {
		t.Errorf("a stop that fails: faults %v", s.Faults())
	}
}
