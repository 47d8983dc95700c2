package plan

import "time"

// Claim says that a process runs a hook of a container, or stops it, its preStop
// hook before. Others leave it alone, unless the claim is not renewed: who held it
// has gone then, and the hook is run once more. As on a node a hook is run at least
// once.
type Claim struct {
	By string    `json:"by"` // the Memory.Me of who runs it
	At time.Time `json:"at"` // when that was last said
}

// How often a claim is renewed, and when one counts no more that was not: for a
// pod whose grace is over when a second renewal is due.
const (
	claimRenewed = 3 * time.Second
	claimMissed  = 2 * claimRenewed
	claimExpires = 10 * time.Second
)

// Equal reports whether two are the same.
func (c Claim) Equal(other Claim) bool { return c.By == other.By && c.At.Equal(other.At) }

// claimed reports whether it is written down that this process runs the hook of an
// attempt.
func (w World) claimed(c Container) bool {
	claim, taken := w.Facts.Hooking[c.ID]
	return taken && claim.By == w.Me
}

// hold has it written down that this process runs a hook of an attempt or stops
// it, unless another does, and reports whether it is written. Of a pod of which nothing can
// be written down each process goes by itself.
func (s *stepper) hold(c Container) bool {
	if !s.w.TakesNotes() {
		return true
	}
	if s.claims == nil {
		s.claims = map[string]Claim{}
	}
	s.claims[c.ID] = s.claim(c)
	return s.w.claimed(c)
}

// others reports whether another process holds an attempt that this one wants to.
func (s *stepper) others(c Container) bool {
	claim, wanted := s.claims[c.ID]
	return wanted && claim.By != s.w.Me
}

// hooking are the claims to be written down: those of this step, and those of
// others that count still.
func (s *stepper) hooking() map[string]Claim {
	all := clone(s.claims)
	for _, c := range s.w.Containers {
		claim, taken := s.w.Facts.Hooking[c.ID]
		_, known := all[c.ID]
		if taken && !known && c.State == Running && claim.By != s.w.Me && s.now.Before(s.w.hookLeft(c)) {
			all[c.ID] = claim
		}
	}
	return all
}

func (s *stepper) claim(c Container) Claim {
	claim, taken := s.w.Facts.Hooking[c.ID]
	until := s.w.hookLeft(c)
	if claim.By == s.w.Me {
		until = claim.At.Add(claimRenewed)
	}
	if taken && s.now.Before(until) {
		s.wake(until)
		return claim
	}
	return Claim{By: s.w.Me, At: s.now.Round(0).UTC()}
}

// hookLeft is when the claim on an attempt counts no more, as long as it is not
// renewed: sooner when the grace is over in which the pod was to end.
func (w World) hookLeft(c Container) time.Time {
	at := w.Facts.Hooking[c.ID].At
	left := at.Add(claimExpires)
	if over := w.GraceOver(); !over.IsZero() {
		if early := later(over, at.Add(claimMissed)); early.Before(left) {
			return early
		}
	}
	return left
}
