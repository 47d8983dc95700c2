package plan

import (
	"time"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/translate"
)

// DeadlineMessage is what the kubelet says of a pod whose deadline has passed
// (pkg/kubelet/active_deadline.go).
const DeadlineMessage = "Pod was active on the node longer than the specified deadline"

// deadline is when a pod has been active for as long as it may; the zero time
// is never.
func (w World) deadline() time.Time {
	if w.Want == nil || w.Pause == nil || w.Want.Pod.Spec.ActiveDeadlineSeconds == nil {
		return time.Time{}
	}
	from := w.Pause.Created
	if w.start() > 0 {
		from = w.Pause.StartedAt
	}
	return from.Add(kube.Seconds(*w.Want.Pod.Spec.ActiveDeadlineSeconds))
}

// expired ends a pod whose deadline has passed, and reports whether it has. The
// time of one that is started again begins with its pause.
func (s *stepper) expired() bool {
	deadline := s.w.deadline()
	if deadline.IsZero() || s.w.start() > 0 && s.w.Pause.State != Running {
		return false
	}
	if s.now.Before(deadline) {
		s.wake(deadline)
		return false
	}
	s.State = Finished
	pod := s.w.ended(nil, s.now)
	pod.Annotations[translate.AnnotationReason] = ReasonDeadline
	s.do(s.w.revise(pod))
	return true
}

// EndReason is why the pod was ended before its work was done; empty where it
// was not.
func (w World) EndReason() string {
	if w.Intent() != Ended {
		return ""
	}
	return w.Want.Pod.Annotations[translate.AnnotationReason]
}

// EndMessage says more of the EndReason.
func (w World) EndMessage() string {
	switch w.EndReason() {
	case "":
		return ""
	case ReasonDeadline:
		return DeadlineMessage
	}
	return w.Want.Pod.Annotations[translate.AnnotationMessage]
}

// Overdue reports whether an attempt was ended because the deadline of its pod
// had passed.
func (w World) Overdue(c Container) bool {
	return w.EndReason() == ReasonDeadline && c.Ended() && !c.FinishedAt.Before(w.deadline())
}
