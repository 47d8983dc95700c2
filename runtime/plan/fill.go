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

// unfilled are the volumes that nothing was written to yet. No container runs
// before there is none, as on a node. Those of images are their containers'
// matter: see copied.
func (w World) unfilled() []translate.Volume {
	return slices.DeleteFunc(w.Want.Filled(), func(v translate.Volume) bool { return w.Contents[v.Docker] != "" })
}

// writing tells whether a volume that is unfilled is so with the start of the
// pause: containers may be made beside that.
func (w World) writing(v translate.Volume) bool {
	if w.Pause.State == Running || w.Want.MountsPart(v.Name) {
		return false
	}
	_, missing := w.Want.Payload(v, w.Inputs)
	return missing == nil
}

// content is what a volume is to hold, or what is missing for it.
type content struct {
	volume  translate.Volume
	payload *translate.Payload
	missing *translate.Missing
}

// contents are what the volumes are to hold, but for those that only the pause
// can tell it of, which is started anyway.
func (s *stepper) contents() []content {
	var all []content
	inputs := s.w.Inputs
	inputs.Now = s.now
	for _, v := range s.w.Want.Filled() {
		payload, missing := s.w.Want.Payload(v, inputs)
		if missing != nil && missing.Early {
			continue
		}
		all = append(all, content{v, payload, missing})
	}
	return all
}

// startPause starts the pause, and has its volumes hold what they should: one
// upload is as fast as that of one volume.
func (s *stepper) startPause(all []content) {
	op := Op{Kind: StartPause, Target: s.w.Pause.ID, Volumes: s.w.Want.Volumes, Cgroup: s.w.Pause.Cgroup, Resources: &s.w.Pause.Resources}
	for _, c := range all {
		if c.missing == nil && s.w.Contents[c.volume.Docker] != c.payload.Hash {
			op.Payloads = append(op.Payloads, c.payload)
		}
	}
	s.State = Starting
	s.do(op)
}

// fill has volumes be and hold what they should. What is missing for one keeps
// the containers from starting; a volume that was filled before stays as it is.
func (s *stepper) fill(all []content) {
	s.checkPaths()
	for _, c := range all {
		switch {
		case c.missing != nil:
			s.unmounted(c.volume, c.missing)
		case s.w.Contents[c.volume.Docker] == c.payload.Hash:
			if !c.payload.Until.IsZero() {
				s.wake(c.payload.Until)
			}
		case s.w.Pause.State == Running:
			s.do(Op{Kind: FillVolume, Target: c.volume.Docker, Pause: s.w.Pause.ID, Payload: c.payload})
		}
	}
	if len(all) > 0 && s.follows() {
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
