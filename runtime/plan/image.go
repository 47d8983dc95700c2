package plan

import (
	"errors"
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// image sees to a unit's image, and tells whether it is there.
func (s *stepper) image(u translate.Unit, attempt int) bool {
	pull := Op{Kind: PullImage, Unit: u.Name, Attempt: attempt, Target: u.Container.Image}
	_, present := s.w.Images[pull.Target]
	switch {
	case s.misnamed(u.Name, pull):
		return false
	case u.Pull == v1.PullNever && !present:
		detail := fmt.Sprintf("Container image %q is not present with pull policy of Never", pull.Target)
		s.refuse(Wait{Unit: u.Name, Reason: ReasonNeverPull, Detail: detail}, pull)
		s.wake(s.now.Add(syncAgain))
		return false
	case present && (u.Pull != v1.PullAlways || s.w.Pulled[pull.Key()]):
		return true
	case present && u.Lenient && Forgiven(s.w.Faults[pull.Key()]):
		return true
	}
	pull.Logins = s.w.Want.Logins(pull.Target, s.w.Inputs)
	s.do(pull)
	return false
}

// misnamed refuses an image by a name that none can have, before it is looked for
// (pkg/kubelet/images/image_manager.go).
func (s *stepper) misnamed(unit string, pull Op) bool {
	err := translate.CheckImageName(pull.Target)
	if err == nil {
		return false
	}
	detail := fmt.Sprintf("Failed to apply default image tag %q: %s", pull.Target, err)
	s.refuse(Wait{Unit: unit, Reason: ReasonInvalidImage, Detail: detail}, pull)
	s.wake(s.now.Add(syncAgain))
	return true
}

// Forgiven tells whether a failed pull may fall back to the local image: the
// registry could not be reached.
func Forgiven(f Fault) bool {
	return f.Op.Kind == PullImage && errors.Is(f.Err, ErrUnreachable)
}
