package plan

import (
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/translate"
)

// GraceSeconds is the time between the stop signal and the kill: as the pod
// is being deleted or stopped with, else its manifest's, else Kubernetes'
// default.
func (w World) GraceSeconds() int64 {
	if w.Want == nil {
		return v1.DefaultTerminationGracePeriodSeconds
	}
	pod := w.Want.Pod
	if pod.DeletionTimestamp != nil && pod.DeletionGracePeriodSeconds != nil {
		return *pod.DeletionGracePeriodSeconds
	}
	if seconds, err := strconv.ParseInt(pod.Annotations[translate.AnnotationGrace], 10, 64); err == nil && seconds >= 0 {
		return seconds
	}
	return ownGrace(pod)
}

// ownGrace is what the manifest says, in seconds.
func ownGrace(pod *v1.Pod) int64 {
	if seconds := pod.Spec.TerminationGracePeriodSeconds; seconds != nil {
		return max(1, *seconds)
	}
	return v1.DefaultTerminationGracePeriodSeconds
}

func (w World) grace() time.Duration { return kube.Seconds(w.GraceSeconds()) }
