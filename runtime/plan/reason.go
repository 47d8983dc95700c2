package plan

import "github.com/minipod/minipod/runtime/translate"

// The reasons by which Kubernetes names what a pod or a container waits for,
// and why it failed (pkg/kubelet/container/sync_result.go, pkg/kubelet/images,
// pkg/kubelet/events). kubectl shows them.
const (
	ReasonCrashLoop       = "CrashLoopBackOff"
	ReasonErrImagePull    = "ErrImagePull"
	ReasonPullBackOff     = "ImagePullBackOff"
	ReasonNeverPull       = "ErrImageNeverPull"
	ReasonInvalidImage    = "InvalidImageName"
	ReasonCreateError     = "CreateContainerError"
	ReasonConfigError     = translate.ReasonConfigError
	ReasonRunError        = "RunContainerError"
	ReasonSandbox         = "FailedCreatePodSandBox"
	ReasonFailedMount     = "FailedMount"
	ReasonUnschedulable   = "FailedScheduling"
	ReasonUnhealthy       = "Unhealthy"
	ReasonKillPod         = "FailedKillPod"
	ReasonResizeError     = "ResizeError"
	ReasonRestartAll      = "RestartAllContainers"
	ReasonDeadline        = "DeadlineExceeded"
	ReasonEvicted         = "Evicted"
	ReasonFinalizers      = "Finalizers"
	ReasonUnborn          = "Unborn"
	ReasonInvalidManifest = "InvalidManifest"
	// ReasonNotSupported is of a pod that was rejected because a field of it
	// cannot be honoured, and leaving it out would make a wrong pod.
	ReasonNotSupported = "NotSupported"
)
