package plan

import (
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// Claim says that a process runs a hook of a container: the postStart hook, or
// the preStop hook of one that is to end. Others leave it alone, unless the claim
// is not renewed: who held it has gone then, and the hook is run once more. As on
// a node a hook is run at least once.
type Claim struct {
	By string    `json:"by"` // the Memory.Me of who runs it
	At time.Time `json:"at"` // when that was last said
}

// How often a claim is renewed, and when one counts no more that was not.
const (
	claimRenewed = 3 * time.Second
	claimExpires = 10 * time.Second
)

// Equal reports whether two are the same.
func (c Claim) Equal(other Claim) bool { return c.By == other.By && c.At.Equal(other.At) }

// claimed reports whether it is this process that runs the hook of an attempt.
func (w World) claimed(c Container) bool {
	claim, taken := w.Facts.Hooking[c.ID]
	return taken && claim.By == w.Me
}

// claims are who runs the hooks that have not returned: those who do, and this
// process where nobody does.
func (s *stepper) claims() map[string]Claim {
	all := map[string]Claim{}
	for _, u := range s.w.Want.Units {
		if c := s.w.Latest(u.Name); c != nil && c.State == Running && s.hooks(u, *c) {
			all[c.ID] = s.claim(*c)
		}
	}
	return all
}

// hooks reports whether a hook of an attempt that runs is to be run, or is being
// run.
func (s *stepper) hooks(u translate.Unit, c Container) bool {
	if s.w.Intent() == Wanted {
		return !s.w.hooked(u, c)
	}
	_, taken := s.w.Facts.Hooking[c.ID]
	return s.w.preStop(c) != nil && s.w.grace() > 0 && !s.w.PreStopDone(c.ID) && (taken || !s.now.Before(s.w.turn(c)))
}

func (s *stepper) claim(c Container) Claim {
	claim, taken := s.w.Facts.Hooking[c.ID]
	until := claim.At.Add(claimExpires)
	if claim.By == s.w.Me {
		until = claim.At.Add(claimRenewed)
	}
	if taken && s.now.Before(until) {
		s.wake(until)
		return claim
	}
	return Claim{By: s.w.Me, At: s.now.Round(0).UTC()}
}
