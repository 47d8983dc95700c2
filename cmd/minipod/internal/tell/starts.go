package tell

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
)

// starts are what was started of a pod: what a narrator has told of, and what
// it has still to tell.
type starts struct {
	pod types.UID
	// latest are the newest processes that were seen, by unit; the pause's has
	// no unit.
	latest map[string]process
	known  map[process]bool // told of, or from before
	told   map[string]bool  // the units that were told of, in brief
}

// process is one run of a container.
type process struct {
	container string
	at        int64 // when it was started, in nanoseconds
}

// startsAfter are the starts of a pod after a look at it.
func startsAfter(w plan.World) starts {
	s := starts{pod: w.UID, latest: map[string]process{}, known: map[process]bool{}, told: map[string]bool{}}
	s.see(w)
	for _, p := range s.latest {
		s.known[p] = true
	}
	return s
}

// see takes in what runs or has run.
func (s *starts) see(w plan.World) {
	if w.Pause != nil {
		s.put("", w.Pause.Name, w.Pause.StartedAt)
	}
	for _, c := range w.Containers {
		if c.ID == w.Latest(c.Unit).ID {
			s.put(c.Unit, c.Name, c.StartedAt)
		}
	}
}

func (s *starts) put(unit, container string, at time.Time) {
	if !at.IsZero() {
		s.latest[unit] = process{container, at.UnixNano()}
	}
}

// next is the process of a unit that is to be told of, if there is one. It is
// then told of.
func (s *starts) next(unit string) (p process, ok bool) {
	p, ok = s.latest[unit]
	if !ok || s.known[p] {
		return p, false
	}
	s.known[p] = true
	return p, true
}

// once reports whether a unit is told of for the first time.
func (s *starts) once(unit string) bool {
	before := s.told[unit]
	s.told[unit] = true
	return !before
}

// tellStarts tells of what was started, in the order of the pod: what comes
// after a unit that is to be started now waits for it.
func (n *Narrator) tellStarts(ops []plan.Op) {
	if _, ok := n.next(""); ok {
		n.pulls.clear()
		n.pauseStarted()
	}
	for _, u := range n.blueprint.Units {
		if slices.ContainsFunc(ops, func(op plan.Op) bool { return op.Unit == u.Name && starting(op) }) {
			return
		}
		if p, ok := n.next(u.Name); ok {
			n.pulls.clear()
			n.unitStarted(u, p.container)
		}
	}
}

// starting reports whether an operation is on the way to a container's start.
func starting(op plan.Op) bool {
	switch op.Kind {
	case plan.PullImage, plan.CreateUnit, plan.StartUnit:
		return !op.Beside
	}
	return false
}
