package plan

import (
	"strconv"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// CauseReset is the Op.Cause of a kill because all containers are restarted.
const CauseReset = "restart all"

// resets reports whether an attempt has ended with a code for which its
// container's rules have all containers of the pod restarted.
func resets(u translate.Unit, c Container) bool {
	return c.Ended() && u.Kind != translate.Ephemeral && u.Rule(c.ExitCode) == v1.ContainerRestartRuleActionRestartAllContainers
}

// reset begins the pod from nothing in the pause that it has: all containers
// are killed, without grace or hook, and made again, init containers too.
// Volumes stay.
func (s *stepper) reset() {
	pod := with(s.w.Want.Pod, Wanted, nil)
	pod.Annotations[translate.AnnotationStart] = strconv.Itoa(s.w.start() + 1)
	pod.Annotations[translate.AnnotationReason] = ReasonRestartAll
	s.do(s.w.revise(pod))
}

// reset reports whether the pod was last begun from nothing by a rule.
func (w World) reset() bool {
	return w.Intent() == Wanted && w.Want != nil && w.Want.Pod.Annotations[translate.AnnotationReason] == ReasonRestartAll
}

// Resetting reports whether all containers are being restarted by a rule: what
// is left from before has not ended yet.
func (w World) Resetting() bool { return w.reset() && w.severed() }

// ResetEnded reports whether an attempt ended because all containers were
// restarted.
func (w World) ResetEnded(c Container) bool {
	if !w.reset() || !c.Ended() || c.Start != w.start()-1 || c.ExitCode != killed {
		return false
	}
	u, ok := w.Want.Unit(c.Unit)
	return ok && !resets(u, c)
}

// killed is the exit code of a process that was killed.
const killed = 137

// freshStep is the back-off step of the first attempt after the pod was begun
// from nothing. What brought a reset about goes on counting, so that it does not
// do so without end.
func (w World) freshStep(u translate.Unit, c Container) int {
	if w.reset() && resets(u, c) {
		return nextBackoff(c)
	}
	return 0
}
