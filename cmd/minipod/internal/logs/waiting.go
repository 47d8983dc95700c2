package logs

import (
	"cmp"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// Waiting is why a container has not run, as its status has it.
func Waiting(w plan.World, container string) string {
	pod := status.Pod(w, time.Now())
	all := slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses)
	i := slices.IndexFunc(all, func(s v1.ContainerStatus) bool { return s.Name == container })
	if i < 0 || all[i].State.Waiting == nil {
		return "ContainerCreating"
	}
	switch reason := all[i].State.Waiting.Reason; reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	default:
		return cmp.Or(reason, "ContainerCreating")
	}
}
