package plan

import (
	"fmt"

	"github.com/minipod/minipod/runtime/translate"
)

// ephemeral runs an ephemeral container once, as soon as the pod has its
// pause, whatever the other containers do. The pod's phase does not ask for
// it.
func (s *stepper) ephemeral(u translate.Unit) {
	c := s.w.Latest(u.Name)
	switch {
	case c == nil:
		s.createEphemeral(u)
	case c.State == Running && s.w.Stale(*c):
		s.do(s.stop(*c))
	case c.State == Created && !c.Ended():
		s.do(Op{Kind: StartUnit, Unit: u.Name, Attempt: c.Attempt, Target: c.ID})
	}
}

// createEphemeral makes an ephemeral container; with a target, once that runs:
// Docker joins the namespaces of running containers alone.
func (s *stepper) createEphemeral(u translate.Unit) {
	if note, refused := s.w.Want.Refusal(u); refused {
		s.wait(Wait{Unit: u.Name, Reason: "CreateContainerConfigError", Detail: note.Field + ": " + note.Message})
		return
	}
	if u.Target != "" {
		target := s.w.Latest(u.Target)
		if target == nil || target.State != Running {
			s.wait(Wait{Unit: u.Name, Reason: "CreateContainerConfigError", Detail: fmt.Sprintf("unable to find target container %v", u.Target)})
			return
		}
		u = u.In(target.ID)
	}
	s.create(u, 0, 0)
}
