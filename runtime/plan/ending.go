package plan

import "strings"

// leave stops the containers side by side, then removes them, and then the
// pause: in this order because an engine may refuse to remove what others
// join, and because how they ended is to be seen before they are gone.
func (s *stepper) leave() {
	s.State = Leaving
	if s.stopAll() || s.finalizers() {
		return
	}
	for _, c := range s.w.Containers {
		s.do(remove(c))
	}
	if len(s.w.Containers) == 0 {
		s.do(Op{Kind: RemovePause, Target: s.w.Pause.ID})
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
	s.rest()
}

// finish lets go of the pod's address and ports once its containers have
// ended for good, or were never let in. What they wrote stays until the pod is
// removed.
func (s *stepper) finish() {
	s.State = Finished
	if reason, message, rejected := Rejection(s.w); rejected {
		s.refuse(Wait{Reason: reason, Detail: message}, Op{})
	}
	if s.w.Intent() != Ended {
		s.do(s.w.revise(with(s.w.Want.Pod, Ended, nil)))
		return
	}
	s.rest()
}

// rest stops the containers side by side and then the pause.
func (s *stepper) rest() {
	if !s.stopAll() && s.w.Pause.State == Running {
		s.do(Op{Kind: StopPause, Target: s.w.Pause.ID})
	}
}

// stopAll stops what runs, and reports whether anything does.
func (s *stepper) stopAll() bool {
	running := false
	for _, c := range s.w.Containers {
		if c.State == Running {
			running = true
			s.do(s.stop(c))
		}
	}
	return running
}

func (s *stepper) stop(c Container) Op {
	return Op{Kind: StopUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID, Grace: s.w.grace()}
}
