package event

import (
	"fmt"
	"time"

	"github.com/minipod/minipod/runtime/plan"
)

// Waits is what a pod waited for at the last look, and when it was last told of;
// nil before the first.
type Waits map[plan.Wait]time.Time

// Waited tells what a pod waits for: when it begins to, and where a node tries and
// fails again each time that it does. after are its waits now.
func Waited(before Waits, w plan.World, s plan.Step, now time.Time) (all []Event, after Waits) {
	first := plan.Wait{} // the wait of nobody for nothing is there from the first look on
	after = Waits{first: now}
	if reason, message, rejected := plan.Rejection(w); rejected && before == nil {
		all = append(all, warning("", reason, message, now))
	}
	for _, wait := range s.Waits {
		known := same(wait)
		if _, twice := after[known]; twice {
			continue
		}
		at, told := now, before[known]
		if !told.IsZero() {
			at = lastTry(w, wait, now)
		}
		if after[known] = told; at.After(told) {
			all = append(all, waited(w, wait, at)...)
			after[known] = at
		}
	}
	return all, after
}

// How often a node tries again what it could not begin: a container with each sync of
// its pod (pkg/kubelet/pod_workers.go), a mount sooner and then later and later
// (pkg/util/goroutinemap/exponentialbackoff).
const (
	syncAgain     = 10 * time.Second
	mountAgain    = 500 * time.Millisecond
	mountAgainCap = 2*time.Minute + 2*time.Second
)

// lastTry is when a node would last have tried what a pod waits for, counted from the
// start of the pause, so that all who see the pod tell of the same try; the zero time
// where it does not try again.
func lastTry(w plan.World, wait plan.Wait, now time.Time) time.Time {
	if w.Pause == nil || w.Pause.StartedAt.IsZero() || !wait.Until.IsZero() {
		return time.Time{}
	}
	delay, most := syncAgain, syncAgain
	switch wait.Reason {
	case plan.ReasonConfigError, plan.ReasonNeverPull, plan.ReasonInvalidImage:
	case plan.ReasonFailedMount:
		delay, most = mountAgain, mountAgainCap
	default:
		return time.Time{}
	}
	last, next := time.Time{}, w.Pause.StartedAt.Add(delay)
	for delay < most && !next.After(now) {
		delay = min(2*delay, most)
		last, next = next, next.Add(delay)
	}
	if next.After(now) {
		return last
	}
	return next.Add(now.Sub(next).Truncate(most))
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
			warn(reasonFailed, "Error: ImagePullBackOff")...)
	case plan.ReasonNeverPull:
		return append(warn(plan.ReasonNeverPull, wait.Detail), warn(reasonFailed, "Error: ErrImageNeverPull")...)
	case plan.ReasonInvalidImage:
		return append(warn("InspectFailed", wait.Detail), warn(reasonFailed, "Error: "+plan.ReasonInvalidImage)...)
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
		if wait.Until.IsZero() { // else it is told of where it failed
			return append(unneeded(w, wait.Unit, now), warn(reasonFailed, "Error: "+wait.Detail)...)
		}
	}
	return nil
}

// unneeded tells that the image of a unit had not to be pulled: a node sees to it
// before it finds that the container cannot be made.
func unneeded(w plan.World, unit string, now time.Time) []Event {
	u, ok := w.Want.Unit(unit)
	if !ok {
		return nil
	}
	if _, there := w.Images[u.Container.Image]; !there {
		return nil
	}
	return []Event{normal(unit, reasonPulled, present(u.Container.Image), now)}
}
