package plan

import (
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// missingAgain is how soon what is missing is looked for again: nobody tells
// that an object was made.
const missingAgain = 2 * time.Second

// syncAgain is how soon a node tries again to make a container that it refuses to
// (pkg/kubelet/pod_workers.go), and tells of it.
const syncAgain = 10 * time.Second

// Awaited are the units that an attempt may be made of next: what they ask
// for is to be looked up, and nothing else.
func (w World) Awaited() []translate.Unit {
	if w.Want == nil || w.Leaving() {
		return nil
	}
	var units []translate.Unit
	for _, u := range w.Want.Units {
		if latest := w.Latest(u.Name); latest == nil || latest.Ended() {
			units = append(units, u)
		}
	}
	return units
}

// attempt is the request of an attempt; nil while something that it needs is
// missing. The pod's addresses come with its pause, which is started anyway.
func (s *stepper) attempt(u translate.Unit, n, backoff int) *translate.Request {
	inputs := s.w.Inputs
	inputs.ImageUser = s.w.Images[u.Container.Image].User
	request, missing := u.Attempt(inputs, n, backoff)
	if missing == nil {
		return request
	}
	if !missing.Early {
		fault := &Fault{Op: Op{Kind: CreateUnit, Unit: u.Name, Attempt: n}, Err: unmet{missing}, At: s.now, Count: 1}
		s.wait(Wait{Unit: u.Name, Reason: missing.Reason, Detail: missing.Message, Fault: fault})
		s.wake(s.now.Add(missingAgain))
	}
	return nil
}

// unmet is a Missing that is ErrPermanent: it comes from outside, or not at
// all.
type unmet struct{ *translate.Missing }

func (u unmet) Unwrap() []error { return []error{u.Missing, ErrPermanent} }

// misaddressed tells whether an attempt that was never started was told an
// address that the pod had before its pause was started anew.
func (w World) misaddressed(u translate.Unit, c Container) bool {
	return w.Pause.State == Running && c.Created.Before(w.Pause.StartedAt) && translate.NeedsOf([]translate.Unit{u}).PodIPs
}
