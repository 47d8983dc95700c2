package diagnose

import (
	"time"

	"github.com/minipod/minipod/runtime/plan"
)

// settled is how long a pod may take before it is strange that it is not up.
const settled = 10 * time.Second

// Unwell reports whether a pod looks as if something is wrong with it, from
// its World alone: a container is down, or it is not up or not ready and
// nothing has happened to it for a while.
func Unwell(w plan.World, now time.Time) bool {
	if w.Want == nil || w.Pause == nil || w.Intent() == plan.Halted || w.Leaving() {
		return w.Invalid != ""
	}
	if len(plan.Down(w)) > 0 {
		return true
	}
	if w.Intent() != plan.Wanted || now.Sub(w.LastChange()) < settled {
		return false
	}
	if plan.Next(w, now).State == plan.Starting {
		return true
	}
	for _, u := range w.Want.Units {
		if c := w.Latest(u.Name); c != nil && c.State == plan.Running && u.Container.ReadinessProbe != nil && !w.Ready(u, *c) {
			return true
		}
	}
	return false
}
