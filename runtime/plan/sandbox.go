package plan

import (
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// SandboxChanged is when the pause was started anew by itself, where an attempt
// that was started before tells so, and the pod begins from nothing in it.
func (w World) SandboxChanged() (at time.Time, changed bool) {
	if w.Want == nil || w.Pause == nil || w.Pause.State != Running || w.Intent() != Wanted {
		return at, false
	}
	changed = slices.ContainsFunc(w.Containers, func(c Container) bool { return c.Start == w.start() && w.Stale(c) })
	return w.Pause.StartedAt, changed && !terminal(outcome(w)) && slices.ContainsFunc(w.Want.Units, w.comesAgain)
}

// endsWithPause reports whether a regular container that has run is not run
// again since its pause is no more: a node makes no other sandbox for a pod
// whose own policy is Never, whatever its containers' policies are
// (kuberuntime_manager.go, computePodActions).
func (w World) endsWithPause(u translate.Unit, c Container) bool {
	return u.Kind == translate.App && w.Want.Pod.Spec.RestartPolicy == v1.RestartPolicyNever && w.cutOff(c)
}

// startsAnew reports whether a regular container is run again since its pause is no
// more though its own policy is Never: in a new sandbox a node starts all of a pod.
// Where there are init containers it looks at the policies when those have ended
// (kuberuntime_manager.go, computePodActions).
func (w World) startsAnew(u translate.Unit, c Container) bool {
	return u.Kind == translate.App && u.Restart == v1.RestartPolicyNever && len(w.Want.Pod.Spec.InitContainers) == 0 && w.cutOff(c)
}

// comesAgain reports whether a regular container is of the pause that runs, or is
// made, or was made, for one that is started anew. A node makes no other sandbox for a pod of which
// none is (kuberuntime_manager.go, computePodActions).
func (w World) comesAgain(u translate.Unit) bool {
	if u.Kind != translate.App {
		return false
	}
	c := w.Latest(u.Name)
	if c == nil || c.StartedAt.IsZero() || !w.cutOff(*c) {
		return true
	}
	end := *c
	if !end.Ended() { // it is about to be
		end.State, end.ExitCode = Exited, killed
	}
	return w.restarts(u, end)
}
