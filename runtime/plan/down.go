package plan

import (
	"errors"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// HasRun reports whether a container of a pod runs or has run: there is
// something to look at.
func HasRun(w World) bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool { return !c.StartedAt.IsZero() })
}

// Unstarted is a step of a pod nothing of which has run yet, with what kept its
// containers from starting as their faults, whoever tried to start them.
func Unstarted(w World, s Step) Step {
	if HasRun(w) {
		return s
	}
	known := s.Faults()
	s.Waits = slices.Clone(s.Waits)
	for i, wait := range s.Waits {
		c := w.Latest(wait.Unit)
		if wait.Fault != nil || c == nil || c.Error == "" || slices.ContainsFunc(known, func(f Fault) bool { return f.Op.Target == c.ID }) {
			continue
		}
		s.Waits[i].Reason, s.Waits[i].Fault = ReasonRunError, StartFault(*c)
	}
	return s
}

// StartFault is why an attempt could not be started, as the engine tells it of the
// attempt.
func StartFault(c Container) *Fault {
	return &Fault{
		Op:  Op{Kind: StartUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID},
		Err: errors.New(c.Error), At: c.FinishedAt, Count: 1,
	}
}

// Down are the containers that should run, or should have done their work, and
// have ended otherwise: the newest attempt of each, in the order of the units.
func Down(w World) []Container {
	if w.Want == nil || w.Intent() == Halted || w.Leaving() || Phase(w) == v1.PodSucceeded {
		return nil
	}
	var down []Container
	for _, u := range w.Want.Units {
		c := w.Latest(u.Name)
		if c == nil || !c.Ended() || u.Kind == translate.Ephemeral {
			continue
		}
		if c.failed() || w.again(*c) {
			down = append(down, *c)
		}
	}
	return down
}

// InitTime is how long an init container may run before it is worth a word.
const InitTime = 5 * time.Second
