package plan

import (
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// maxSteps ends a simulation that does not come to rest, which would be a
// mistake in Next.
const maxSteps = 10000

// Simulate folds Next over the model of Docker, in which every operation
// succeeds and every container runs for ever, until nothing is left to do.
// The clock stands still: startup probes that wait before they are run first
// have succeeded, for what is to come after them.
func Simulate(w World, now time.Time) []Step {
	var steps []Step
	for range maxSteps {
		s := Next(w, now)
		if len(s.Ops) == 0 {
			waited := w.startupProbes()
			if len(waited) == 0 {
				return append(steps, s)
			}
			s.Ops = waited
		}
		steps = append(steps, s)
		for _, op := range s.Ops {
			w = Apply(w, op, now)
		}
	}
	return steps
}

// startupProbes are the probes that containers which run have yet to pass to have started.
func (w World) startupProbes() []Op {
	if w.Want == nil || w.Kept {
		return nil
	}
	var ops []Op
	for _, u := range w.Want.Units {
		c, probe := w.Latest(u.Name), u.Probe(translate.Startup)
		if c != nil && probe != nil && c.State == Running && w.hooked(u, *c) && !w.Started(u, *c) {
			ops = append(ops, Op{Kind: RunProbe, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Check: translate.Startup, Probe: probe})
		}
	}
	return ops
}
