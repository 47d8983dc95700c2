package plan

import v1 "k8s.io/api/core/v1"

// GraceSeconds is the time between the stop signal and the kill: as asked
// for by the process at work, else how the pod is being deleted, else its
// manifest, else Kubernetes' default.
func (w World) GraceSeconds() int64 {
	switch {
	case w.Grace != nil:
		return *w.Grace
	case w.Want == nil:
		return v1.DefaultTerminationGracePeriodSeconds
	}
	pod := w.Want.Pod
	switch {
	case pod.DeletionTimestamp != nil && pod.DeletionGracePeriodSeconds != nil:
		return *pod.DeletionGracePeriodSeconds
	case pod.Spec.TerminationGracePeriodSeconds != nil:
		return max(1, *pod.Spec.TerminationGracePeriodSeconds)
	}
	return v1.DefaultTerminationGracePeriodSeconds
}
