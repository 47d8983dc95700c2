package plan

import (
	"errors"
	"slices"
	"time"
)

// Next decides what may be done now for a pod. It alone decides: retrying,
// backing off and giving up included. The same world and the same time give
// the same step.
func Next(w World, now time.Time) Step {
	s := &stepper{w: w, now: now, Step: Step{Phase: Phase(w)}}
	switch {
	case w.unmade():
		s.birth()
	case w.Unborn():
		s.unborn()
	case w.Pause == nil:
		s.sweep()
	case w.Leaving():
		s.leave()
	case w.Intent() == Halted:
		s.halt()
	case w.Intent() == Ended, terminal(outcome(w)), w.worked():
		s.finish()
	default:
		s.bring()
	}
	s.follow()
	s.dropHelpers()
	s.faults()
	return s.Step
}

// stepper puts a Step together.
type stepper struct {
	w   World
	now time.Time
	// claims are on the attempts whose hooks are wanted, by ID.
	claims map[string]Claim
	Step
}

// do adds an operation, unless it failed or came too late a short while ago, or
// is another process's to do.
func (s *stepper) do(op Op) {
	if op.stops() {
		var mine bool
		if op, mine = s.held(op); !mine {
			return
		}
	}
	op.Beside = s.w.beside(op)
	key := op.Key()
	if slices.ContainsFunc(s.Ops, func(other Op) bool { return other.Key() == key }) {
		return
	}
	if until := s.w.until(op); s.now.Before(until) {
		s.wake(until)
		return
	}
	s.Ops = append(s.Ops, op)
}

func (s *stepper) wait(w Wait) {
	s.Waits = append(s.Waits, w)
	s.wake(w.Until)
}

// wake sees to it that the pod is looked at again at a time. A time that has
// come needs no waking: what it was waited for is among the operations.
func (s *stepper) wake(at time.Time) {
	if at.After(s.now) && (s.Wake.IsZero() || at.Before(s.Wake)) {
		s.Wake = at
	}
}

// refuse waits for something that will not come by itself: it counts as a
// failure of the operation that would be next.
func (s *stepper) refuse(w Wait, op Op) {
	op.Beside = s.w.beside(op)
	w.Fault = &Fault{Op: op, Err: refusal(w.Detail), At: s.now, Count: 1}
	s.wait(w)
}

// keptRevisions is how many manifests of a pod stay: their names keep one who
// is late from writing an old number again.
const keptRevisions = 16

// follow has the restart policy of the pause follow what is wanted, and drops
// manifests that are too old for anyone to write again.
func (s *stepper) follow() {
	p := s.w.Pause
	if p == nil || s.w.Leaving() {
		return
	}
	set := Op{Kind: SetPolicy, Target: p.ID, Policy: s.w.Intent().Policy()}
	if p.Policy != set.Policy && !errors.Is(s.w.Faults[set.Key()].Err, ErrUnsupported) {
		s.do(set)
	}
	s.dropOld(s.w.Revisions, keptRevisions)
	s.dropOld(s.w.Notes, 1)
}

func (s *stepper) dropOld(revisions []Revision, kept int) {
	for _, r := range revisions[:max(len(revisions)-kept, 0)] {
		s.do(Op{Kind: RemoveVolume, Target: r.Name})
	}
}
