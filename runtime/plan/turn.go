package plan

import "time"

// courtesy is how long whoever has asked for the end of a pod is given to take
// the next step, before another process does.
const courtesy = 2 * time.Second

// Others reports whether another process has asked for the end of the pod: it
// may be at work on it.
func (w World) Others() bool {
	n := len(w.Revisions)
	return n > 0 && w.Revisions[n-1].Others && w.Intent() != Wanted
}

// turn is when this process may stop a container; the zero time is now. What
// another process has begun is not begun again: a container that was sent a
// signal has its grace, and one whose hook is being run is left to who says so.
// A kill may be sent twice.
func (w World) turn(c Container) time.Time {
	if !w.Others() || w.grace() == 0 {
		return time.Time{}
	}
	at := w.LastChange()
	switch {
	case !c.Signalled.IsZero():
		at = later(at, c.Signalled.Add(w.grace()))
	case w.preStop(c) != nil && !w.claimed(c):
		at = later(at, w.hookLeft(c))
	}
	return at.Add(courtesy)
}

// hookLeft is when nobody runs the preStop hook of a container any more: who
// has asked for the end of the pod does, for as long as that says so.
func (w World) hookLeft(c Container) time.Time {
	if claim, taken := w.Facts.Hooking[c.ID]; taken {
		return claim.At.Add(claimExpires)
	}
	return w.asked().Add(min(w.grace(), claimExpires))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// mayStop does a stop when it is this process's turn.
func (s *stepper) mayStop(c Container, stop Op) {
	if at := s.w.turn(c); s.now.Before(at) {
		s.wake(at)
		return
	}
	s.do(stop)
}
