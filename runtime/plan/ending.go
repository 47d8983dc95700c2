package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// leave stops the containers side by side and then the pause, removes them, and
// then the pause: in this order because an engine may refuse to remove what others
// join, and because how they ended is to be seen before they are gone: the pod is
// Over when its pause has stopped. A pause that cannot be stopped may be removed.
func (s *stepper) leave() {
	s.State = Leaving
	if s.stopAll() {
		s.note()
		return
	}
	if s.finalizers() {
		return
	}
	stop := Op{Kind: StopPause, Target: s.w.Pause.ID}
	if _, failed := s.w.Faults[stop.Key()]; s.w.Pause.State == Running && !failed {
		s.do(stop)
		return
	}
	for _, c := range s.w.Containers {
		s.do(remove(c))
	}
	if len(s.w.Containers) == 0 {
		s.do(Op{Kind: RemovePause, Target: s.w.Pause.ID, Cgroup: s.w.Pause.Cgroup})
	}
}

// finalizers keeps what is left of the pod for as long as it has any.
func (s *stepper) finalizers() bool {
	finalizers := s.w.Want.Pod.Finalizers
	if len(finalizers) == 0 {
		return false
	}
	s.wait(Wait{Reason: ReasonFinalizers, Detail: "its finalizers are to be taken off first: " + strings.Join(finalizers, ", ")})
	s.rest()
	return true
}

// halt stops the containers and then the pause, and keeps everything.
func (s *stepper) halt() {
	s.State = Stopped
	if s.w.runs() {
		s.State = Stopping
	}
	s.rest()
}

// finish lets go of the pod's address and ports once its containers have
// ended for good, or were never let in. What they wrote stays until the pod is
// removed.
func (s *stepper) finish() {
	s.State, s.Ending = Finished, s.w.runs()
	if reason, message, rejected := Rejection(s.w); rejected {
		s.refuse(Wait{Reason: reason, Detail: message}, Op{})
	}
	if s.w.Intent() != Ended {
		s.do(s.w.revise(s.w.ended(nil, s.now)))
		return
	}
	s.rest()
}

// rest stops the containers side by side and then the pause.
func (s *stepper) rest() {
	running := s.stopAll()
	if running || s.w.loses() {
		s.note()
	}
	if !running && s.w.Pause.State == Running {
		s.do(Op{Kind: StopPause, Target: s.w.Pause.ID})
	}
}

// stopAll stops what runs, and reports whether anything does: all at once, but
// for the sidecars, which are stopped after everything else and from the last
// to the first. Their hooks begin with the others'; one whose hook has used all of
// the grace waits for no other.
func (s *stepper) stopAll() bool {
	var sidecars []Container
	running := false
	for _, c := range s.w.Containers {
		s.lastReadiness(c)
		switch {
		case c.State != Running:
		case s.w.sidecar(c):
			sidecars = append(sidecars, c)
		default:
			running = true
			s.mayStop(c, s.stop(c))
		}
	}
	slices.SortStableFunc(sidecars, func(a, b Container) int { return cmp.Compare(s.w.place(b), s.w.place(a)) })
	for i, c := range sidecars {
		stop := s.stop(c)
		took, hooked := s.w.preStopped(c.ID)
		late := hooked && took >= s.w.grace()
		if stop.Kind == StopUnit && (i > 0 || running) && !late {
			continue
		}
		s.mayStop(c, stop)
	}
	return running || len(sidecars) > 0
}

// sidecar reports whether an attempt is of a sidecar.
func (w World) sidecar(c Container) bool {
	if w.Want == nil {
		return false
	}
	u, ok := w.Want.Unit(c.Unit)
	return ok && u.Kind == translate.Sidecar
}

// place is where the unit of an attempt stands in the manifest.
func (w World) place(c Container) int {
	return slices.IndexFunc(w.Want.Units, func(u translate.Unit) bool { return u.Name == c.Unit })
}

// leastGrace is what a container gets at least when the pod's grace was used
// up by those before it.
const leastGrace = 2 * time.Second

// stop ends a container. A sidecar of a pod that is being removed gets what
// the others have left of the grace; a grace of nothing is a kill.
func (s *stepper) stop(c Container) Op {
	if s.w.reset() && s.w.former(c) {
		op := s.end(c, 0)
		op.Cause, op.Detail = CauseReset, "a container has ended whose rule is to restart all containers"
		return op
	}
	if kind := s.w.condemned(c); kind != "" && s.w.doomed() {
		u, _ := s.w.Want.Unit(c.Unit)
		return s.condemn(u, c, kind)
	}
	op := s.end(c, s.w.grace())
	switch {
	case op.Kind != StopUnit || op.Grace == 0:
	case signalled(c): // and its grace is over: a second signal would tell it something else
		op.Grace = 0
	case s.w.Leaving() && s.w.sidecar(c):
		left := s.w.Want.Pod.DeletionTimestamp.Sub(s.w.lastEnd()).Round(time.Second)
		op.Grace = min(op.Grace, max(left, leastGrace))
	}
	return op
}

// end is the stop of a container with a grace, or the hook that goes before it and
// takes of the grace, at most all of it.
func (s *stepper) end(c Container, grace time.Duration) Op {
	op := Op{Kind: StopUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID, Grace: grace}
	action := s.w.preStop(c)
	took, ran := s.w.preStopped(c.ID)
	switch {
	case grace == 0 || action == nil:
	case ran || signalled(c):
		op.Grace = min(grace, max(grace-took, leastGrace))
	default:
		op.Kind, op.Action, op.Pause, op.Spent = PreStop, action, s.w.Pause.ID, s.w.spent(s.now)
		op.Grace = min(grace, max(grace-op.Spent, leastGrace))
	}
	return op
}

// held is a stop as this process may do it: one that several may find to be done
// only once it is written down that this process does it, and without the hook
// when the grace is over. Whose it is not is left to who says so. A kill may be done
// twice.
func (s *stepper) held(op Op) (stop Op, mine bool) {
	i := slices.IndexFunc(s.w.Containers, func(c Container) bool { return c.ID == op.Target })
	if i < 0 || op.Grace == 0 || !s.w.contested(s.w.Containers[i]) {
		return op, true
	}
	c := s.w.Containers[i]
	mine = s.hold(c)
	if op.Kind == PreStop && s.late(op) {
		op = Op{Kind: StopUnit, Unit: op.Unit, Attempt: op.Attempt, Target: op.Target, Cause: op.Cause, Detail: op.Detail, Grace: min(op.Grace, leastGrace)}
	}
	over := s.w.GraceOver()
	unwritten := !s.others(c) && !over.IsZero() && s.now.After(over.Add(claimMissed)) // nothing can be
	return op, mine || unwritten
}

// contested reports whether others may find as well that a container is to be
// stopped. The end of a pod is brought about by who has asked for it, but one with
// a hook has been written down as that process's too.
func (w World) contested(c Container) bool {
	return w.preStop(c) != nil || w.Intent() == Wanted || w.Others()
}

// late reports whether the grace is over in which a hook was to be run.
func (s *stepper) late(hook Op) bool {
	over := s.w.GraceOver()
	s.wake(over)
	return hook.Spent >= s.w.grace() || !over.IsZero() && !s.now.Before(over)
}

// lastEnd is when the last container that has ended did.
func (w World) lastEnd() time.Time {
	var last time.Time
	for _, c := range w.Containers {
		if c.FinishedAt.After(last) {
			last = c.FinishedAt
		}
	}
	return last
}
