package plan

import (
	"slices"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// contentsAgain is how soon the objects that volumes are made of are looked
// at again: who keeps a pod is told that one has changed, but for a hint that
// was lost.
const contentsAgain = 20 * time.Second

// Needs are the inputs that Next may ask for: of the units that are Awaited,
// and of the volumes of a pod that is to run, which follow their objects.
func (w World) Needs() translate.Needs {
	if !w.Follows() {
		return translate.NeedsOf(w.Awaited())
	}
	needs := w.Want.Needs(w.Awaited())
	if w.Pause.State == Created {
		needs.Claims = w.Want.Claims()
	}
	return needs
}

// unbound keeps a pod from starting that names a claim which does not exist:
// on a cluster it would not be scheduled.
func (s *stepper) unbound() bool {
	if s.w.Pause.State != Created {
		return false
	}
	missing := s.w.Want.Unbound(s.w.Inputs)
	if missing == nil {
		return false
	}
	s.State = Starting
	fault := &Fault{Op: Op{Kind: StartPause, Target: s.w.Pause.ID}, Err: unmet{missing}, At: s.now, Count: 1}
	s.wait(Wait{Reason: ReasonUnschedulable, Detail: missing.Message, Fault: fault})
	s.wake(s.now.Add(missingAgain))
	return true
}

// Follows reports whether the contents of the pod's volumes are looked after.
func (w World) Follows() bool {
	return w.Want != nil && w.Pause != nil && w.Intent() == Wanted
}

// unfilled is a volume that nothing was written to yet; ok is false where
// there is none. Containers are made when there is none, as on a node.
func (w World) unfilled() (volume translate.Volume, ok bool) {
	filled := append(w.Want.Filled(), w.Want.ImageVolumes()...)
	i := slices.IndexFunc(filled, func(v translate.Volume) bool { return w.Contents[v.Docker] == "" })
	if i < 0 {
		return volume, false
	}
	return filled[i], true
}

// fill has volumes be and hold what they should. What is missing for one keeps the
// pod from starting; a volume that was filled before stays as it is.
func (s *stepper) fill() {
	s.checkPaths()
	s.copyImages()
	filled := s.w.Want.Filled()
	inputs := s.w.Inputs
	inputs.Now = s.now
	for _, v := range filled {
		payload, missing := s.w.Want.Payload(v, inputs)
		switch {
		case missing != nil:
			s.unmounted(v, missing)
		case s.w.Contents[v.Docker] != payload.Hash:
			s.do(Op{Kind: FillVolume, Target: v.Docker, Pause: s.w.Pause.ID, Payload: payload})
		case !payload.Until.IsZero():
			s.wake(payload.Until)
		}
	}
	if len(filled) > 0 && s.follows() {
		s.wake(s.now.Add(contentsAgain))
	}
}

// follows reports whether a volume is made of objects, which may change.
func (s *stepper) follows() bool {
	needs := s.w.Want.Needs(nil)
	return len(needs.ConfigMaps)+len(needs.Secrets) > 0
}

func (s *stepper) unmounted(v translate.Volume, missing *translate.Missing) {
	wait := Wait{Reason: ReasonFailedMount, Detail: missing.Message}
	s.wake(s.now.Add(missingAgain))
	if s.w.Contents[v.Docker] == "" {
		s.State = Starting
		wait.Fault = &Fault{Op: Op{Kind: FillVolume, Target: v.Docker}, Err: unmet{missing}, At: s.now, Count: 1}
	}
	s.wait(wait)
}
