package plan

import "time"

// maxSteps ends a simulation that does not come to rest, which would be a
// mistake in Next.
const maxSteps = 10000

// Simulate folds Next over the model of Docker, in which every operation
// succeeds and every container runs for ever, until nothing is left to do.
// The clock stands still.
func Simulate(w World, now time.Time) []Step {
	var steps []Step
	for range maxSteps {
		s := Next(w, now)
		if len(s.Ops) == 0 {
			return append(steps, s)
		}
		steps = append(steps, s)
		for _, op := range s.Ops {
			w = Apply(w, op, now)
		}
	}
	return steps
}
