package plan

// overlong keeps a pod from starting that is to have a hostname which no
// kernel takes. As on a node it stays.
func (s *stepper) overlong() bool {
	missing := s.w.Want.Overlong()
	if missing == nil || s.w.Pause.State == Running {
		return false
	}
	s.State = Starting
	fault := &Fault{Op: Op{Kind: StartPause, Target: s.w.Pause.ID}, Err: unmet{missing}, At: s.now, Count: 1}
	s.wait(Wait{Reason: ReasonSandbox, Detail: missing.Message, Fault: fault})
	return true
}
