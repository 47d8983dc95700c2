package plan

import (
	"time"

	"github.com/minipod/minipod/podspec/kube"
)

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
// signal has its grace, of which less may have been asked for since. A kill may
// be sent twice.
func (w World) turn(c Container) time.Time {
	if w.grace() == 0 {
		return time.Time{}
	}
	var at time.Time
	if signalled(c) {
		at = later(c.Signalled, w.asked()).Add(w.grace())
	}
	if w.Others() {
		at = later(at, w.LastChange()).Add(courtesy)
	}
	return at
}

// signalled reports whether a container was sent a signal by who has asked for the
// end of its pod, and so its preStop hook was run before.
func signalled(c Container) bool { return !c.Signalled.IsZero() }

// SignalsSince is since when who has asked for the end of the pod may have sent
// its containers signals; the zero time where nobody has but this process. An
// end that was asked for before counts as well, as long as its grace may last.
func (w World) SignalsSince() time.Time {
	n := len(w.Revisions)
	if n == 0 || w.Intent() == Wanted && !w.severed() {
		return time.Time{}
	}
	first := n - 1
	for first > 0 && w.asked().Sub(w.Revisions[first-1].Made) <= max(w.grace(), kube.Seconds(ownGrace(w.Want.Pod))) {
		first--
	}
	if first == n-1 && !w.Others() {
		return time.Time{}
	}
	return w.Revisions[first].Made
}

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
