package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

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
	start := strconv.Itoa(s.w.start() + 1)
	pod.Annotations[translate.AnnotationStart] = start
	pod.Annotations[translate.AnnotationReason] = ReasonRestartAll
	all := append(s.w.resetStarts(), start+"="+s.now.UTC().Format(time.RFC3339Nano))
	pod.Annotations[translate.AnnotationResets] = strings.Join(all[max(0, len(all)-keptResets):], ",")
	s.do(s.w.revise(pod))
}

// keptResets is of how many resets it is known when they were: more than there are
// attempts of a unit.
const keptResets = 8

// resetStarts are the starts of the pod that were resets, and when they were asked
// for.
func (w World) resetStarts() []string {
	return strings.FieldsFunc(w.Want.Pod.Annotations[translate.AnnotationResets], func(r rune) bool { return r == ',' })
}

// ResetSince is when a rule last had all containers restarted, and while that goes
// on; when it was over from then on. The zero time is that none has.
func (w World) ResetSince() time.Time {
	starts := w.resetStarts()
	if len(starts) == 0 {
		return time.Time{}
	}
	start, at, _ := strings.Cut(starts[len(starts)-1], "=")
	since, _ := time.Parse(time.RFC3339Nano, at) // zero for what somebody else has written
	for _, c := range w.Containers {
		if n, _ := strconv.Atoi(start); !w.Resetting() && c.Start == n-1 && c.FinishedAt.After(since) {
			since = c.FinishedAt
		}
	}
	return since
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
	if w.Want == nil || !c.Ended() || c.ExitCode != killed {
		return false
	}
	followed := slices.ContainsFunc(w.resetStarts(), func(start string) bool { return strings.HasPrefix(start, strconv.Itoa(c.Start+1)+"=") })
	u, ok := w.Want.Unit(c.Unit)
	return ok && followed && !resets(u, c)
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
