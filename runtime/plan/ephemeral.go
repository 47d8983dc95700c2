package plan

import (
	"fmt"

	"github.com/minipod/minipod/runtime/translate"
)

// createEphemeral makes an ephemeral container; with a target, once that runs:
// Docker joins the namespaces of running containers alone.
func (s *stepper) createEphemeral(u translate.Unit) {
	if note, refused := s.w.Want.Refusal(u); refused {
		s.wait(Wait{Unit: u.Name, Reason: ReasonConfigError, Detail: note.Field + ": " + note.Message})
		return
	}
	if u.Target != "" {
		target := s.w.Latest(u.Target)
		if target == nil || target.State != Running {
			s.wait(Wait{Unit: u.Name, Reason: ReasonConfigError, Detail: fmt.Sprintf("unable to find target container %v", u.Target)})
			return
		}
		u = u.In(target.ID)
	}
	s.create(u, 0, 0)
}

// beside reports whether an operation brings an ephemeral container, or is a
// probe of a container that has started and been probed before: one that is slow
// to answer is under way at any time. That an ephemeral container is to be
// stopped is waited for as with any other.
func (w World) beside(op Op) bool {
	switch op.Kind {
	case RunProbe:
		return op.Check != translate.Startup && !w.check(Container{ID: op.Target}, op.Check).At.IsZero()
	case PullImage, CreateUnit, StartUnit:
	default:
		return false
	}
	if w.Want == nil {
		return false
	}
	u, ok := w.Want.Unit(op.Unit)
	return ok && u.Kind == translate.Ephemeral
}
