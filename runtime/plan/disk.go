package plan

import (
	"errors"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// measureAgain is how often it is measured how much of the disk a pod uses, as
// a node does (pkg/kubelet/eviction).
const measureAgain = 10 * time.Second

// evictionGrace is the grace of a pod that uses too much, in seconds.
const evictionGrace = 1

// Disk is what a measurement looks at: the volumes of the limits and what
// these containers have written, by unit.
type Disk struct {
	Limits     translate.DiskLimits
	Containers map[string]string // IDs
}

// Overuse is the error of a measurement that has found a pod over a limit: in
// the kubelet's words.
type Overuse struct{ Message string }

func (o *Overuse) Error() string { return o.Message }

// Measured is what a process knows of the use of the disk.
type Measured struct {
	At      time.Time
	Overuse string // empty where no limit is exceeded
}

// measured takes a measurement in. One that could not be made says nothing,
// and is made again at its time.
func (m *Memory) measured(err error, now time.Time) {
	m.Measured = Measured{At: now}
	var over *Overuse
	if errors.As(err, &over) {
		m.Measured.Overuse = over.Message
	}
}

// evicted ends a pod that uses more of the disk than it may, and reports
// whether it does.
func (s *stepper) evicted() bool {
	limits, limited := s.w.Want.DiskLimits()
	if !limited || s.w.Pause.State != Running {
		return false
	}
	last := s.w.Measured
	if last.At.Before(s.w.Pause.StartedAt) { // or never, or of an earlier start
		last = Measured{At: s.w.Pause.StartedAt}
	}
	if last.Overuse != "" {
		s.State = Finished
		grace := int64(evictionGrace)
		pod := s.w.ended(&grace, s.now)
		pod.Annotations[translate.AnnotationReason] = ReasonEvicted
		pod.Annotations[translate.AnnotationMessage] = last.Overuse
		s.do(s.w.revise(pod))
		return true
	}
	if due := last.At.Add(measureAgain); s.now.Before(due) {
		s.wake(due)
		return false
	}
	disk := Disk{Limits: limits, Containers: map[string]string{}}
	for _, u := range limits.Units {
		if c := s.w.Latest(u.Name); c != nil {
			disk.Containers[u.Name] = c.ID
		}
	}
	s.do(Op{Kind: Measure, Target: s.w.Pause.ID, Disk: &disk})
	return false
}
