package plan

import "slices"

// birth makes the pod: creating the pause takes the name, so of two who try
// one succeeds.
func (s *stepper) birth() {
	s.State = Starting
	s.do(Op{Kind: CreatePause, Target: s.w.Want.Pause.Name, Request: &s.w.Want.Pause})
}

// unborn leaves a pod alone that someone else is making. If nobody is, it is
// what a birth has left that was broken off: a removal takes it away.
func (s *stepper) unborn() {
	s.State = Unborn
	s.wait(Wait{Reason: ReasonUnborn, Detail: "its volumes are there and its pause is not: it is being made"})
}

// sweep removes what is left of a pod whose pause is gone. That it is being
// removed is written down first and forgotten last: without that its volumes
// would look like those of a pod that is being made.
func (s *stepper) sweep() {
	s.State = Leaving
	switch {
	case s.w.Gone():
		s.State = Gone
		s.dropOld(s.w.Notes, 0) // one that came late
		return
	case !s.w.Leaving():
		if op, ok := Remove(s.w, new(int64), s.now); ok {
			s.do(op)
		}
		return
	}
	for _, c := range s.w.Containers {
		s.do(remove(c))
	}
	if len(s.w.Containers)+len(s.w.Helpers) > 0 {
		return
	}
	for _, v := range s.w.Volumes {
		s.do(Op{Kind: RemoveVolume, Target: v})
	}
	s.dropOld(s.w.Notes, 0)
	revisions := s.w.Revisions
	if len(s.w.Volumes)+len(s.w.Notes)+len(revisions) > 1 && len(revisions) > 0 {
		revisions = revisions[:len(revisions)-1]
	}
	s.dropOld(revisions, 0)
}

// dropHelpers removes the helpers that nobody needs any more: whoever made one was
// killed before it was removed. One that is used just now stays.
func (s *stepper) dropHelpers() {
	for _, h := range s.w.Helpers {
		if !s.w.needs(h) {
			s.do(Op{Kind: RemoveHelper, Target: h.ID})
		}
	}
}

// needs reports whether someone may be at work with a helper: for as long as its
// volume lacks the files, whoever copies them.
func (w World) needs(h Helper) bool { return w.Follows() && w.Contents[h.Volume] == "" }

// prune removes attempts that are of no more use: beside the newest one the one
// that ended before it is kept, for its logs and its exit code.
func (s *stepper) prune() {
	kept := map[string]bool{}
	for _, c := range slices.Backward(s.w.Containers) {
		switch latest := s.w.Latest(c.Unit); {
		case c.Attempt == latest.Attempt:
		case c.State != Running && kept[c.Unit]:
			s.do(remove(c))
		case c.State != Running:
			kept[c.Unit] = true
		}
	}
}

func remove(c Container) Op {
	return Op{Kind: RemoveUnit, Unit: c.Unit, Attempt: c.Attempt, Target: c.ID}
}
