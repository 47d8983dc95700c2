package plan

// unsandboxed keeps a pod from starting whose pause cannot be as it is to be. As
// on a node it stays.
func (s *stepper) unsandboxed() bool {
	missing := s.w.Want.NoSandbox()
	if missing == nil || s.w.Pause.State == Running {
		return false
	}
	s.State = Starting
	fault := &Fault{Op: Op{Kind: StartPause, Target: s.w.Pause.ID}, Err: unmet{missing}, At: s.now, Count: 1}
	s.wait(Wait{Reason: ReasonSandbox, Detail: missing.Message, Fault: fault})
	return true
}
