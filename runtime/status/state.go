package status

import (
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The reasons of terminated states, as a kubelet on Docker words them.
const (
	reasonCompleted = "Completed"
	reasonError     = "Error"
	reasonOOM       = "OOMKilled"
	reasonLost      = "ContainerStatusUnknown"

	CannotRun = "ContainerCannotRun" // the engine could not start it
)

// What is said of a container that somebody has removed, by what is known of how it
// ended: it may have done its work, and be shown with its state or its last one.
const (
	initGone   = "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally"
	lostAtEnd  = "The container could not be located when the pod was terminated"
	lostBefore = "The container could not be located when the pod was deleted.  The container used to be Running"
)

// states are a container's state and the last one it ended in before.
func (v view) states(u unit) (state, last v1.ContainerState) {
	switch {
	case u.latest == nil:
		return v.missing(u), last
	case u.latest.State == plan.Running && !v.asked(u, v.HookRuns):
		running := &v1.ContainerStateRunning{StartedAt: stamp(u.latest.StartedAt)}
		return v1.ContainerState{Running: running}, v.previous(u)
	case !u.latest.Ended():
		return v.waiting(u), v.previous(u)
	case v.comesBack(u):
		return v.waiting(u), v.terminated(*u.latest)
	}
	return v.terminated(*u.latest), v.previous(u)
}

// shown is the unit with the attempt before its newest where that has yet to be
// started, or has a postStart hook that has not returned: a container has been
// restarted when it runs again, not when its next attempt is made. A client that measures back-offs takes one that was restarted
// and waits for one that has run again. What keeps the newest attempt from being
// started is shown with it.
func (v view) shown(u unit) unit {
	if u.latest == nil || u.latest.Ended() || u.latest.State != plan.Created && !v.asked(u, v.HookRuns) {
		return u
	}
	if _, waits := v.waitOf(u); waits {
		return u
	}
	if before := v.Before(*u.latest); before != nil {
		u.latest = before
	}
	return u
}

// missing is the state of a container of which there is no attempt. An init
// container of an initialised pod must have done its work.
func (v view) missing(u unit) v1.ContainerState {
	if u.kind != translate.Init || !v.initialized() {
		return v.waiting(u)
	}
	return v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: reasonCompleted, Message: initGone}}
}

// endNeverRun has no container of a pod that has ended be waiting: one that never
// ran could not be found, as a node says last of all (TerminatePod of
// pkg/kubelet/status). Of init containers those are left out that are after the last
// one that was tried, and of a pod that was never initialized the regular ones.
func (v view) endNeverRun(s *v1.PodStatus) {
	runs := func(c plan.Container) bool { return c.State == plan.Running }
	if !v.ended() || slices.ContainsFunc(v.Containers, runs) {
		return
	}
	end := func(all []v1.ContainerStatus) {
		for i := range all {
			if all[i].State.Terminated == nil {
				all[i].State = v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: reasonLost, Message: lostAtEnd, ExitCode: 128 + 9}}
			}
		}
	}
	inits, tried := s.InitContainerStatuses, 0
	for i, c := range inits {
		if c.State.Waiting == nil || c.LastTerminationState.Terminated != nil {
			tried = i + 1
		}
	}
	last := len(inits) - 1
	if last < 0 || v.initialized() || v.inits[last].kind == translate.Init && inits[last].Ready {
		end(s.ContainerStatuses)
	}
	end(inits[:min(max(tried, 1), len(inits))])
}

// comesBack tells whether an ended container is shown as waiting for its next
// attempt, with its end as the last state: when it is known what it waits
// for. Else its end stays to be seen until the next attempt is there.
func (v view) comesBack(u unit) bool {
	switch {
	case v.step.State == plan.Stopped:
		return !u.gone()
	case !v.bringing() || u.kind == translate.Ephemeral:
		return false
	case v.Stale(*u.latest):
		return v.Restarts(u.Name)
	}
	_, waits := v.waitOf(u)
	return waits || v.notRun(u)
}

// notRun tells whether the engine could not start what is to be started again:
// until that is done a kubelet shows why, and not that it has ended.
func (v view) notRun(u unit) bool {
	if u.latest == nil || !u.latest.Ended() || !v.bringing() || endReason(*u.latest) != CannotRun {
		return false
	}
	return !v.Latest(u.Name).Ended() || v.Restarts(u.Name)
}

// previous is how the attempt before the newest ended. Where that one is removed
// already and the newest has ended, it is the newest's own end, which was the last
// one until its successor was made: one that has been seen does not go.
func (v view) previous(u unit) v1.ContainerState {
	before := v.Before(*u.latest)
	switch {
	case before != nil:
		return v.terminated(*before)
	case u.latest.Restarts > 0 && u.latest.Ended():
		return v.terminated(*u.latest)
	}
	return v1.ContainerState{}
}

// terminated is the state of an attempt that has ended.
func (v view) terminated(c plan.Container) v1.ContainerState {
	state := terminated(c)
	state.Terminated.Message = v.share(state.Terminated.Message)
	if v.ResetEnded(c) {
		state.Terminated.Reason = reasonResetting
	}
	return state
}

// terminated is the state of an attempt that has ended, as cri-dockerd
// derives it from Docker's.
func terminated(c plan.Container) v1.ContainerState {
	return v1.ContainerState{Terminated: &v1.ContainerStateTerminated{
		ExitCode:    int32(c.ExitCode),
		Reason:      endReason(c),
		Message:     endMessage(c),
		StartedAt:   stamp(begun(c)),
		FinishedAt:  stamp(ended(c)),
		ContainerID: scheme + c.ID,
	}}
}

// mostMessages is how much the termination messages of one pod may have
// together (pkg/kubelet/container/runtime.go), in bytes.
const mostMessages = 12 << 10

// share is what is shown of a termination message: each container of the pod has
// the same share.
func (v view) share(message string) string {
	share := mostMessages / max(1, len(v.inits)+len(v.apps)+len(v.ephemerals))
	return message[:min(len(message), share)]
}

// endMessage is what the engine said, and what the container did.
func endMessage(c plan.Container) string {
	if c.Unknown {
		return lostAtEnd
	}
	if c.Error == "" || c.Message == "" {
		return c.Error + c.Message
	}
	return c.Error + ": " + c.Message
}

func endReason(c plan.Container) string {
	switch {
	case c.Unknown:
		return reasonLost
	case c.OOMKilled:
		return reasonOOM
	case c.StartedAt.IsZero() && c.ExitCode != 0:
		return CannotRun
	case c.ExitCode == 0:
		return reasonCompleted
	}
	return reasonError
}

// begun is when an attempt started; one whose start failed began and ended
// when it was created.
func begun(c plan.Container) time.Time {
	if c.StartedAt.IsZero() {
		return c.Created
	}
	return c.StartedAt
}

// ended is when an attempt ended, which by Docker's clocks can be a
// millisecond before it started.
func ended(c plan.Container) time.Time {
	return latest(c.FinishedAt, begun(c))
}
