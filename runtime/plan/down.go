package plan

import (
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Tried reports whether a container of a pod has run to its end, or could not
// start beside others: there is something to look at.
func Tried(w World) bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool {
		beside := func(other Container) bool { return other.Unit != c.Unit }
		return c.Ended() && (!c.StartedAt.IsZero() || slices.ContainsFunc(w.Containers, beside))
	})
}

// Hopeless reports whether something is in the way of a pod of which nothing was
// tried: who has made it need not see whether the rest of it can be started.
func Hopeless(w World, s Step) bool {
	return s.State == Starting && len(s.Faults()) > 0 && !Tried(w)
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
