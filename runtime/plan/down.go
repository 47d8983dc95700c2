package plan

import (
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// HasRun reports whether a container of a pod runs or has run: there is
// something to look at.
func HasRun(w World) bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool { return !c.StartedAt.IsZero() })
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
