package plan

import "time"

// clashTime is how long a pod with a clash is looked at after its last start:
// a server such as nginx tries for some seconds to get its port.
const clashTime = 4 * time.Second

// crashTime is how long a container that has failed is looked at after it was
// started again, where somebody waits for the pod to be up: it fails again most
// often, and is then not told to be up.
const crashTime = 2 * time.Second

// othersYouth is how long a container is young that another process has
// started: how long that took is not known.
const othersYouth = 250 * time.Millisecond

// settle takes a pod for up when its last container is no longer young: what
// ends before has failed at once, and whoever brings the pod up says so.
func (s *stepper) settle() {
	until := s.young()
	if len(Down(s.w)) == 0 {
		until = s.watched(until)
	}
	if s.now.Before(until) {
		s.State, s.Young = Starting, true
		s.wake(until)
	}
}

// young is until when the container that was started last is young; the zero
// time is that none is known to be. Who waits for the pod to be up looks at
// those as well that another process was the first to start.
func (s *stepper) young() time.Time {
	var until time.Time
	for _, own := range s.w.Young {
		until = later(until, own)
	}
	if s.w.Since.IsZero() {
		return until
	}
	for _, c := range s.w.Containers {
		if _, own := s.w.Young[c.ID]; !own && c.State == Running && !c.StartedAt.After(s.now) {
			until = later(until, c.StartedAt.Add(othersYouth))
		}
	}
	return until
}

// watched is until when a pod that seems to be up is looked at whose last
// container is young until then.
func (s *stepper) watched(until time.Time) time.Time {
	if !until.IsZero() && len(Clashes(s.w)) > 0 {
		until = until.Add(clashTime)
	}
	if s.w.Since.IsZero() {
		return until
	}
	for _, c := range s.w.Containers {
		if c.State == Running && c.Backoff > 0 && !c.StartedAt.After(s.now) {
			until = later(until, c.StartedAt.Add(crashTime))
		}
	}
	return until
}
