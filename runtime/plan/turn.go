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
// signal has its grace. A kill may be sent twice.
func (w World) turn(c Container) time.Time {
	if !w.Others() || w.grace() == 0 {
		return time.Time{}
	}
	at := w.LastChange()
	if w.signalled(c) {
		at = later(at, c.Signalled.Add(w.grace()))
	}
	return at.Add(courtesy)
}

// signalled reports whether another process has sent a container a signal, and so
// has run its preStop hook before.
func (w World) signalled(c Container) bool { return w.Others() && !c.Signalled.IsZero() }

// GraceOver is when a pod that is to end should have ended; the zero time is
// that this is not known.
func (w World) GraceOver() time.Time {
	switch {
	case w.Intent() == Wanted, w.asked().IsZero():
		return time.Time{}
	case w.Leaving():
		return w.Want.Pod.DeletionTimestamp.Add(courtesy)
	}
	return w.asked().Add(w.grace() + courtesy)
}

// spent is how much of the grace is over that another process has asked for.
func (w World) spent(now time.Time) time.Duration {
	if !w.Others() || w.asked().IsZero() {
		return 0
	}
	return max(0, now.Sub(w.asked()))
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
