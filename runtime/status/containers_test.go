package status

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var errEngine = errors.New("the engine says no")

func waitingFor(reason, message string) v1.ContainerState {
	return v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: reason, Message: message}}
}

func runningSince(second int) v1.ContainerState {
	return v1.ContainerState{Running: &v1.ContainerStateRunning{StartedAt: stampAt(second)}}
}

func endedBy(id, reason string, code int32, from, to int) v1.ContainerState {
	return v1.ContainerState{Terminated: &v1.ContainerStateTerminated{
		ContainerID: scheme + id, Reason: reason, ExitCode: code, StartedAt: stampAt(from), FinishedAt: stampAt(to),
	}}
}

func withMessage(s v1.ContainerState, message string) v1.ContainerState {
	s.Terminated.Message = message
	return s
}

// never makes the pod's policy Never.
func never(pod *v1.Pod) *v1.Pod {
	pod.Spec.RestartPolicy = v1.RestartPolicyNever
	return pod
}

// crashed is a container that ended three times, the last time just now.
func crashed() []plan.Container {
	return []plan.Container{ends(attempt("app", 1), 10, 20, 1), ends(attempt("app", 2), 40, 95, 1)}
}

// withHook gives the containers postStart hooks.
func withHook(w plan.World) plan.World {
	hook := &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
	for i := range w.Want.Units {
		w.Want.Units[i].Container.Lifecycle = hook
	}
	return w
}

func TestStates(t *testing.T) {
	pull := plan.Op{Kind: plan.PullImage, Unit: "app", Target: "img"}
	noImage := func(w plan.World) plan.World { w.Images = nil; return w }
	neverPull := manifest("app")
	neverPull.Spec.Containers[0].ImagePullPolicy = v1.PullNever
	root := manifest("app")
	root.Spec.SecurityContext = &v1.PodSecurityContext{RunAsNonRoot: new(bool)}
	*root.Spec.SecurityContext.RunAsNonRoot = true

	hooked := withHook(up(manifest("app"), runs(attempt("app", 0), 2)))
	hooked.Facts.Hooked = map[string]time.Time{"app0": at(30)}

	neverRan := v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: "ContainerStatusUnknown", ExitCode: 137, Message: "The container could not be located when the pod was terminated"}}

	tests := []struct {
		name     string
		world    plan.World
		state    v1.ContainerState
		last     v1.ContainerState
		restarts int32
		ready    bool
	}{
		{name: "nothing made yet", world: up(manifest("app")), state: waitingFor("ContainerCreating", "")},
		{name: "its pull failed for whoever keeps the pod", world: told(noImage(up(manifest("app"))), pull, "no such host"), state: waitingFor("ErrImagePull", "no such host")},
		{name: "a pull that failed before it was made", world: told(up(manifest("app"), attempt("app", 0)), pull, "no such host"), state: waitingFor("ContainerCreating", "")},
		{name: "created, waits for its turn", world: up(manifest("app"), attempt("app", 0)), state: waitingFor("ContainerCreating", "")},
		{name: "created, with init containers", world: up(withInits(manifest("app"), "i1"), attempt("app", 0)), state: waitingFor("PodInitializing", "")},
		{name: "running", world: up(manifest("app"), runs(attempt("app", 0), 2)), state: runningSince(2), ready: true},
		{name: "running again", world: up(manifest("app"), ends(attempt("app", 0), 2, 3, 1), runs(attempt("app", 1), 4)),
			state: runningSince(4), last: endedBy("app0", "Error", 1, 2, 3), restarts: 1, ready: true},
		{name: "made again, when the end before the last is forgotten", world: up(manifest("app"), ends(attempt("app", 1), 10, 20, 1), attempt("app", 2)),
			state: endedBy("app1", "Error", 1, 10, 20), last: endedBy("app1", "Error", 1, 10, 20), restarts: 1},
		{name: "its postStart hook runs", world: withHook(up(manifest("app"), runs(attempt("app", 0), 2))), state: waitingFor("ContainerCreating", "")},
		{name: "its postStart hook runs, with init containers", state: waitingFor("PodInitializing", ""),
			world: withHook(up(withInits(manifest("app"), "i1"), ends(attempt("i1", 0), 2, 3, 0), runs(attempt("app", 0), 4)))},
		{name: "its postStart hook runs, of the next attempt", state: endedBy("app0", "Error", 1, 2, 3),
			world: withHook(up(manifest("app"), ends(attempt("app", 0), 2, 3, 1), runs(attempt("app", 1), 4)))},
		{name: "its postStart hook has returned", world: hooked, state: runningSince(2), ready: true},
		{name: "removed while its postStart hook runs", world: intends(withHook(up(manifest("app"), runs(attempt("app", 0), 2))), plan.Going), state: runningSince(2)},
		{name: "running, cut off by a new pause", world: up(manifest("app"), runs(attempt("app", 0), -9)), state: runningSince(-9)},
		{name: "ended, cut off by a new pause", world: up(manifest("app"), ends(attempt("app", 0), -9, -5, 143)),
			state: waitingFor("ContainerCreating", ""), last: endedBy("app0", "Error", 143, -9, -5)},
		{name: "Completed", world: up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 0)), state: endedBy("app0", "Completed", 0, 2, 3)},
		{name: "Error", world: up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 7)), state: endedBy("app0", "Error", 7, 2, 3)},
		{name: "OOMKilled", world: up(never(manifest("app")), killed(ends(attempt("app", 0), 2, 3, 137))), state: endedBy("app0", "OOMKilled", 137, 2, 3)},
		{name: "OOMKilled, exit 0", world: up(never(manifest("app")), killed(ends(attempt("app", 0), 2, 3, 0))), state: endedBy("app0", "OOMKilled", 0, 2, 3)},
		{name: "ContainerCannotRun", world: up(never(manifest("app")), cannotRun(attempt("app", 0), 5)),
			state: withMessage(endedBy("app0", "ContainerCannotRun", 127, 5, 5), `exec: "nope": not found`)},
		{name: "ContainerCannotRun, its fault remembered", state: withMessage(endedBy("app0", "ContainerCannotRun", 127, 5, 5), `exec: "nope": not found`),
			world: failed(up(never(manifest("app")), cannotRun(attempt("app", 0), 5)), plan.Op{Kind: plan.StartUnit, Unit: "app", Target: "app0"}, errEngine, 5, 1)},
		{name: "FinishedAt before StartedAt", world: up(never(manifest("app")), ends(attempt("app", 0), 3, 2, 0)), state: endedBy("app0", "Completed", 0, 3, 3)},
		{name: "ended, the next attempt about to be made", world: up(manifest("app"), ends(attempt("app", 0), 2, 99, 1)), state: endedBy("app0", "Error", 1, 2, 99)},
		{name: "CrashLoopBackOff", world: up(manifest("app"), crashed()...), last: endedBy("app2", "Error", 1, 40, 95), restarts: 2,
			state: waitingFor("CrashLoopBackOff", "back-off 20s restarting failed container=app pod=web_default(u1)")},
		{name: "the next attempt is made and not started", state: endedBy("app0", "Error", 1, 2, 99),
			world: up(manifest("app"), ends(attempt("app", 0), 2, 99, 1), attempt("app", 1))},
		{name: "the next attempt cannot be started", state: waitingFor("RunContainerError", "the engine says no"), last: endedBy("app0", "Error", 1, 2, 90), restarts: 1,
			world: failed(up(manifest("app"), ends(attempt("app", 0), 2, 90, 1), attempt("app", 1)), plan.Op{Kind: plan.StartUnit, Unit: "app", Target: "app1"}, errEngine, 99, 1)},
		{name: "ErrImagePull", world: failed(noImage(up(manifest("app"))), pull, errEngine, 99, 1), state: waitingFor("ErrImagePull", "the engine says no")},
		{name: "ImagePullBackOff", world: failed(noImage(up(manifest("app"))), pull, errEngine, 99, 2),
			state: waitingFor("ImagePullBackOff", `Back-off pulling image "img": ErrImagePull: the engine says no`)},
		{name: "ErrImagePull of another container's pull", state: waitingFor("ErrImagePull", "the engine says no"),
			world: failed(noImage(up(manifest("app", "other"))), plan.Op{Kind: plan.PullImage, Unit: "other", Target: "img"}, errEngine, 99, 1)},
		{name: "a pull that failed once is history", world: failed(up(manifest("app"), runs(attempt("app", 0), 2)), pull, errEngine, 2, 1), state: runningSince(2), ready: true},
		{name: "a pull that failed for an attempt made since", world: failed(up(manifest("app"), attempt("app", 0)), pull, errEngine, 2, 1), state: waitingFor("ContainerCreating", "")},
		{name: "ErrImageNeverPull", world: noImage(up(neverPull)),
			state: waitingFor("ErrImageNeverPull", `Container image "img" is not present with pull policy of Never`)},
		{name: "CreateContainerConfigError", world: up(root),
			state: waitingFor("CreateContainerConfigError", `container has runAsNonRoot and image will run as root (pod: "web_default(u1)", container: app)`)},
		{name: "CreateContainerError", state: waitingFor("CreateContainerError", "the engine says no"),
			world: failed(up(manifest("app")), plan.Op{Kind: plan.CreateUnit, Unit: "app", Target: "web_app"}, errEngine, 99, 1)},
		{name: "RunContainerError, still created", state: waitingFor("RunContainerError", "the engine says no"),
			world: failed(up(manifest("app"), attempt("app", 0)), plan.Op{Kind: plan.StartUnit, Unit: "app", Target: "app0"}, errEngine, 99, 1)},
		{name: "RunContainerError, the start ended it", state: waitingFor("RunContainerError", "the engine says no"),
			last:  withMessage(endedBy("app0", "ContainerCannotRun", 127, 5, 5), `exec: "nope": not found`),
			world: failed(up(manifest("app"), cannotRun(attempt("app", 0), 5)), plan.Op{Kind: plan.StartUnit, Unit: "app", Target: "app0"}, errEngine, 99, 1)},
		{name: "RunContainerError, as whoever has not tried sees it", state: waitingFor("RunContainerError", `exec: "nope": not found`),
			last:  withMessage(endedBy("app0", "ContainerCannotRun", 127, 5, 5), `exec: "nope": not found`),
			world: up(manifest("app"), cannotRun(attempt("app", 0), 5))},
		{name: "RunContainerError, the next attempt is made", state: waitingFor("RunContainerError", `exec: "nope": not found`),
			last:  withMessage(endedBy("app0", "ContainerCannotRun", 127, 5, 5), `exec: "nope": not found`),
			world: up(manifest("app"), cannotRun(attempt("app", 0), 5), attempt("app", 1))},
		{name: "a stop that failed says nothing", state: endedBy("app0", "Error", 1, 2, 99),
			world: failed(up(manifest("app"), ends(attempt("app", 0), 2, 99, 1)), plan.Op{Kind: plan.StopUnit, Unit: "app", Target: "app0"}, errEngine, 99, 1)},
		{name: "Stopped", world: pauseEnded(intends(up(manifest("app"), ends(attempt("app", 0), 2, 9, 143)), plan.Halted), 10),
			state: waitingFor("Stopped", ""), last: endedBy("app0", "Error", 143, 2, 9)},
		{name: "Stopped before it ran", world: intends(up(manifest("app")), plan.Halted), state: waitingFor("Stopped", "")},
		{name: "being stopped", world: intends(up(manifest("app"), runs(attempt("app", 0), 2)), plan.Halted), state: runningSince(2), ready: true},
		{name: "done before the sandbox changed", world: sandboxOf(5, up(onFailure(manifest("app")), ends(attempt("app", 0), 2, 3, 0))), state: endedBy("app0", "Completed", 0, 2, 3)},
		{name: "failed before the sandbox changed", world: sandboxOf(5, up(onFailure(manifest("app")), ends(attempt("app", 0), 2, 3, 1))),
			state: waitingFor("ContainerCreating", ""), last: endedBy("app0", "Error", 1, 2, 3), restarts: 0},
		{name: "ended while the pod is removed", world: intends(up(manifest("app"), ends(attempt("app", 0), 2, 3, 143)), plan.Going), state: endedBy("app0", "Error", 143, 2, 3)},
		{name: "removed while it ran", world: pauseEnded(intends(up(never(manifest("app")), lost(ends(attempt("app", 0), 2, 3, 137))), plan.Ended), 4),
			state: withMessage(endedBy("app0", "ContainerStatusUnknown", 137, 2, 3), "The container could not be located when the pod was terminated"), restarts: 1},
		{name: "made and never started when the deadline was over", world: overdue(up(never(manifest("app")), attempt("app", 0))), state: neverRan},
		{name: "never made when the deadline was over", world: overdue(up(never(manifest("app")))), state: neverRan},
		{name: "never made while another one ends", world: overdue(up(never(manifest("app", "other")), runs(attempt("other", 0), 2))), state: waitingFor("ContainerCreating", "")},
		{name: "never made when the init containers were not done", world: overdue(up(never(withInits(manifest("app"), "i1")), ends(attempt("i1", 0), 2, 3, 1))), state: waitingFor("PodInitializing", "")},
		{name: "never made when the init containers were done", world: overdue(up(never(withInits(manifest("app"), "i1")), ends(attempt("i1", 0), 2, 3, 0))), state: neverRan},
		{name: "ended for good", world: pauseEnded(intends(up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 0)), plan.Ended), 4), state: endedBy("app0", "Completed", 0, 2, 3)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Status(tt.world, at(100)).ContainerStatuses[0]
			started := tt.state.Running != nil && tt.ready // a stale one has not
			want := got
			want.State, want.LastTerminationState, want.RestartCount, want.Ready, want.Started = tt.state, tt.last, tt.restarts, tt.ready, &started
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}

// A pod that would be wrong is turned away as a whole, before its pause
// starts.
func TestRejected(t *testing.T) {
	w := unstarted(up(manifest("app")))
	w.Want.Notes = []translate.Note{{Field: "spec.x", Message: "is not there yet", Fatal: true}}
	got := Status(w, at(100))
	if got.Phase != v1.PodFailed || got.Reason != "NotSupported" || got.Message != "Pod was rejected: spec.x: is not there yet" || got.ContainerStatuses != nil {
		t.Errorf("got %s, %s, %s, %v", got.Phase, got.Reason, got.Message, got.ContainerStatuses)
	}
}

// The pause's own failures are events of the pod; its containers are still
// being made.
func TestSandboxFault(t *testing.T) {
	w := unstarted(up(manifest("app")))
	if got := Status(w, at(100)).ContainerStatuses; got != nil {
		t.Errorf("before the pause has started there are statuses: %v", got)
	}
	w = failed(w, plan.Op{Kind: plan.StartPause, Target: "web_POD"}, errEngine, 99, 1)
	seen := unstarted(up(manifest("app"), attempt("app", 0)))
	seen.Pause.Error = "port is already allocated"
	for who, w := range map[string]plan.World{"who has tried": w, "who looks": seen} {
		s := Status(w, at(100))
		if diff := cmp.Diff(waitingFor("ContainerCreating", ""), s.ContainerStatuses[0].State); diff != "" || s.ContainerStatuses[0].ContainerID != "" {
			t.Errorf("state for %s of container %q (-want +got):\n%s", who, s.ContainerStatuses[0].ContainerID, diff)
		}
		if c := find(s.Conditions, v1.PodReadyToStartContainers); c.Message != "no pod sandbox exists" {
			t.Errorf("for %s the condition is %+v", who, c)
		}
	}
}

func TestInitStates(t *testing.T) {
	tests := []struct {
		name           string
		world          plan.World
		state          v1.ContainerState
		ready, started bool
	}{
		{name: "its turn has not come", world: up(withInits(manifest("app"), "i1")), state: waitingFor("PodInitializing", "")},
		{name: "at work", world: up(withInits(manifest("app"), "i1"), runs(attempt("i1", 0), 2)), state: runningSince(2), started: true},
		{name: "done", world: up(withInits(manifest("app"), "i1"), ends(attempt("i1", 0), 2, 3, 0)), state: endedBy("i10", "Completed", 0, 2, 3), ready: true},
		{name: "out of memory with exit 0", world: up(withInits(manifest("app"), "i1"), killed(ends(attempt("i1", 0), 2, 3, 0))), state: endedBy("i10", "OOMKilled", 0, 2, 3)},
		{name: "failed", world: up(never(withInits(manifest("app"), "i1")), ends(attempt("i1", 0), 2, 3, 1)), state: endedBy("i10", "Error", 1, 2, 3)},
		{name: "done and gone", world: up(withInits(manifest("app"), "i1"), runs(attempt("app", 0), 9)), ready: true,
			state: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: "Completed", Message: initGone}}},
		{name: "a sidecar that is gone is not done", world: up(withInits(manifest("app"), "side1"), runs(attempt("app", 0), 9)), state: waitingFor("PodInitializing", "")},
		{name: "a sidecar runs", world: up(withInits(manifest("app"), "side1"), runs(attempt("side1", 0), 2)), state: runningSince(2), ready: true, started: true},
		{name: "stopped after it was done", world: intends(up(withInits(manifest("app"), "i1"), ends(attempt("i1", 0), 2, 3, 0)), plan.Halted),
			state: endedBy("i10", "Completed", 0, 2, 3), ready: true},
		{name: "to be done again for a new pause", world: up(withInits(manifest("app"), "i1"), ends(attempt("i1", 0), -9, -8, 0)), state: waitingFor("PodInitializing", "")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Status(tt.world, at(100)).InitContainerStatuses[0]
			want := got
			want.State, want.Ready, want.Started = tt.state, tt.ready, &tt.started
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEphemeral(t *testing.T) {
	pod := manifest("app")
	pod.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "dbg", Image: "img"}}}
	w := up(pod, runs(attempt("app", 0), 2), ends(attempt("dbg", 0), 5, 6, 3))
	got := Status(w, at(100)).EphemeralContainerStatuses[0]
	if diff := cmp.Diff(endedBy("dbg0", "Error", 3, 5, 6), got.State); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if got.Ready || got.Started != nil {
		t.Errorf("an ephemeral container is never ready or started: %+v", got)
	}
}

func TestImageID(t *testing.T) {
	c := runs(attempt("app", 0), 2)
	tests := []struct {
		name   string
		images map[string]plan.Image
		want   string
	}{
		{"by digest", map[string]plan.Image{"img": {ID: "sha256:1", Digests: []string{"img@sha256:d"}}}, "docker-pullable://img@sha256:d"},
		{"no digest", map[string]plan.Image{"img": {ID: "sha256:1"}}, "docker://sha256:1"},
		{"reference has moved on", map[string]plan.Image{"img": {ID: "sha256:2", Digests: []string{"img@sha256:e"}}}, "docker://sha256:1"},
		{"under another reference", map[string]plan.Image{"img": {ID: "sha256:2"}, "old": {ID: "sha256:1", Digests: []string{"old@sha256:d"}}}, "docker-pullable://old@sha256:d"},
		{"not known", nil, "docker://sha256:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := up(manifest("app"), c)
			w.Images = tt.images
			if got := Status(w, at(100)).ContainerStatuses[0].ImageID; got != tt.want {
				t.Errorf("imageID = %q, want %q", got, tt.want)
			}
		})
	}
}

// sandboxOf is a pod whose pause was started anew by itself.
func sandboxOf(second int, w plan.World) plan.World {
	w.Pause.StartedAt = at(second)
	return w
}

func onFailure(pod *v1.Pod) *v1.Pod {
	pod.Spec.RestartPolicy = v1.RestartPolicyOnFailure
	return pod
}
