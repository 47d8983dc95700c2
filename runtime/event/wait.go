package event

import (
	"fmt"
	"maps"
	"time"

	"github.com/minipod/minipod/runtime/plan"
)

// Waits is what a pod waited for at the last look; nil before the first.
type Waits map[plan.Wait]bool

// Waited tells what a pod waits for, once for each time that it begins to.
// after are its waits now.
func Waited(before Waits, w plan.World, s plan.Step, now time.Time) (all []Event, after Waits) {
	after = Waits{{}: true} // the wait of nobody for nothing is there from the first look on
	for _, wait := range s.Waits {
		after[same(wait)] = true
	}
	begun := maps.Clone(after)
	maps.DeleteFunc(begun, func(wait plan.Wait, _ bool) bool { return before[wait] })
	if reason, message, rejected := plan.Rejection(w); rejected && begun[plan.Wait{}] {
		all = append(all, warning("", reason, message, now))
	}
	for _, wait := range s.Waits {
		if begun[same(wait)] {
			all = append(all, waited(w, wait, now)...)
		}
	}
	return all, after
}

// same is all of a wait by which it is known again.
func same(wait plan.Wait) plan.Wait {
	known := plan.Wait{Unit: wait.Unit, Reason: wait.Reason, Until: wait.Until.Round(0).UTC()}
	if wait.Until.IsZero() {
		known.Detail = wait.Detail
	}
	return known
}

func waited(w plan.World, wait plan.Wait, now time.Time) []Event {
	warn := func(reason, message string) []Event { return []Event{warning(wait.Unit, reason, message, now)} }
	switch wait.Reason {
	case plan.ReasonCrashLoop:
		pod := w.Want.Pod
		if c := w.Latest(wait.Unit); c != nil && !c.FinishedAt.IsZero() {
			now = c.FinishedAt // whoever sees the same back-off later tells of the same event
		}
		return warn("BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s_%s(%s)", wait.Unit, pod.Name, pod.Namespace, pod.UID))
	case plan.ReasonPullBackOff:
		return append(
			[]Event{normal(wait.Unit, "BackOff", fmt.Sprintf("Back-off pulling image %q", wait.Fault.Op.Target), now)},
			warn("Failed", "Error: ImagePullBackOff")...)
	case plan.ReasonNeverPull:
		return append(warn(plan.ReasonNeverPull, wait.Detail), warn("Failed", "Error: ErrImageNeverPull")...)
	case plan.ReasonFailedMount:
		if wait.Until.IsZero() { // else it is told of where it failed
			return []Event{warning("", wait.Reason, wait.Detail, now)}
		}
	case plan.ReasonUnschedulable:
		return []Event{warning("", wait.Reason, wait.Detail, now)}
	case plan.ReasonSandbox:
		if wait.Until.IsZero() { // else it is told of where it failed
			return []Event{warning("", wait.Reason, "Failed to create pod sandbox: "+wait.Detail, now)}
		}
	case plan.ReasonConfigError:
		return warn("Failed", "Error: "+wait.Detail)
	}
	return nil
}
