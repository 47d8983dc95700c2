package plan

import (
	"errors"
	"maps"
	"slices"
)

// faults says what failed and is in the way still.
func (s *stepper) faults() {
	for _, w := range s.failed() {
		s.wait(w)
	}
}

// failed are the waits for what has failed before.
func (s *stepper) failed() []Wait {
	var waits []Wait
	for _, key := range slices.Sorted(maps.Keys(s.w.Faults)) {
		f := s.w.Faults[key]
		if s.w.Forgives(f) || s.past(f) {
			continue
		}
		until := f.Again()
		waits = append(waits, Wait{Unit: f.Op.Unit, Reason: faultReason(f, s.now.Before(until)), Detail: f.Err.Error(), Until: until, Fault: &f})
	}
	return waits
}

// past reports whether a fault is of no more matter: what would have been
// started is to be stopped now, a later attempt was made since, or the engine has
// no such operation.
func (s *stepper) past(f Fault) bool {
	switch f.Op.Kind {
	case StartUnit:
		if c := s.w.Latest(f.Op.Unit); c != nil && c.ID != f.Op.Target {
			return true
		}
	case CheckPath:
		return !s.w.stillUnchecked(f.Op)
	case Resize:
		return !s.w.resizes(f.Op)
	case SetPolicy:
		return errors.Is(f.Err, ErrUnsupported)
	case StopUnit, StopPause, RemoveUnit, RemoveHelper, RemovePause, RemoveVolume, Revise:
		return false
	}
	return s.State != Starting && s.State != Up
}

// Forgives reports whether a local image stands in for a pull that failed.
func (w World) Forgives(f Fault) bool {
	if w.Want == nil || !Forgiven(f) {
		return false
	}
	u, ok := w.Want.Unit(f.Op.Unit)
	_, present := w.Images[f.Op.Target]
	return ok && u.Lenient && (present || w.Latest(u.Name) != nil)
}

// faultReason is Kubernetes' word for a failed operation.
func faultReason(f Fault, waiting bool) string {
	switch f.Op.Kind {
	case PullImage:
		if waiting && f.Count > 1 {
			return ReasonPullBackOff
		}
		return ReasonErrImagePull
	case CreateUnit:
		if errors.Is(f.Err, ErrConfig) {
			return ReasonConfigError
		}
		return ReasonCreateError
	case StartUnit:
		return ReasonRunError
	case CreatePause, StartPause:
		return ReasonSandbox
	case FillVolume, CopyImage, CheckPath:
		return ReasonFailedMount
	case Resize:
		return ReasonResizeError
	}
	return ReasonKillPod
}
