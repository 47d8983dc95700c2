package kube

import (
	v1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/helper/qos"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
)

// TakePod does to the spec of a new, defaulted pod what the API server does before it validates, and says what of it is
// to be warned of: annotations that were fields before become such, fields of features that are off are dropped, and
// the pod's own resources are completed from those of its containers.
func TakePod(pod *v1.Pod) []Warning {
	warnings := append(takeAppArmor(pod), DropDisabledPodFields(pod)...)
	completeResources(pod)
	return warnings
}

// completeResources fills in the defaults of resources at pod level. A pod that cannot be converted is left as it is:
// validation says why.
func completeResources(pod *v1.Pod) {
	if pod.Spec.Resources == nil {
		return
	}
	complete := pod.DeepCopy()
	if changePod(complete, nil, func(p, _ *core.Pod) { podutil.DefaultPodLevelResources(p) }) == nil {
		pod.Spec.Resources = complete.Spec.Resources
	}
}

// PreparePod does to a new pod what the API server does after defaulting and before validation: what TakePod does, and
// it starts Pending, at generation 1, with its QoS class.
func PreparePod(pod *v1.Pod) error {
	pod.Generation = 1
	pod.Status = v1.PodStatus{Phase: v1.PodPending}
	if len(pod.Spec.SchedulingGates) > 0 {
		pod.Status.Conditions = []v1.PodCondition{{
			Type: v1.PodScheduled, Status: v1.ConditionFalse, Reason: v1.PodReasonSchedulingGated,
			Message: "Scheduling is blocked due to non-empty scheduling gates",
		}}
	}
	TakePod(pod)
	return changePod(pod, nil, func(p, _ *core.Pod) { p.Status.QOSClass = qos.GetPodQOS(p) })
}

// PreparePodUpdate keeps of a PUT or PATCH of a pod what that may change: not the status. It counts the generation.
func PreparePodUpdate(updated, old *v1.Pod) error {
	updated.Status = *old.Status.DeepCopy()
	if updated.Spec.Resources == nil {
		updated.Spec.Resources = old.Spec.Resources.DeepCopy()
	}
	return finishUpdate(updated, old)
}

// PreparePodStatusUpdate keeps of a change of the status subresource what that may change: not the spec, the owners
// or the deletion.
func PreparePodStatusUpdate(updated, old *v1.Pod) error {
	updated.Spec = *old.Spec.DeepCopy()
	updated.DeletionTimestamp = nil
	updated.OwnerReferences = old.DeepCopy().OwnerReferences
	if updated.Status.QOSClass == "" {
		updated.Status.QOSClass = old.Status.QOSClass
	}
	return finishUpdate(updated, old)
}

// PrepareEphemeralContainersUpdate keeps of a change of the ephemeralcontainers subresource only those containers.
func PrepareEphemeralContainersUpdate(updated, old *v1.Pod) error {
	containers := updated.Spec.EphemeralContainers
	keep := old.DeepCopy()
	updated.Spec, updated.Status = keep.Spec, keep.Status
	updated.Spec.EphemeralContainers = containers
	metav1.ResetObjectMetaForStatus(&updated.ObjectMeta, &keep.ObjectMeta)
	return finishUpdate(updated, old)
}

// PreparePodResize keeps of a change of the resize subresource only resources and resize policies. Containers that
// were added, removed or renamed stay, for validation to refuse.
func PreparePodResize(updated, old *v1.Pod) error {
	keep := old.DeepCopy()
	spec := keep.Spec
	if !resizeContainers(spec.Containers, updated.Spec.Containers) || !resizeContainers(spec.InitContainers, updated.Spec.InitContainers) {
		return finishUpdate(updated, old)
	}
	if updated.Spec.Resources != nil {
		spec.Resources = updated.Spec.Resources
	}
	updated.Spec, updated.Status = spec, keep.Status
	metav1.ResetObjectMetaForStatus(&updated.ObjectMeta, &keep.ObjectMeta)
	return changePod(updated, old, func(p, o *core.Pod) {
		if p.Spec.Resources != nil {
			podutil.DefaultPodLevelResources(p)
		}
		countGeneration(p, o)
	})
}

// resizeContainers takes resources over, unless these are not the same containers.
func resizeContainers(into, from []v1.Container) bool {
	if len(into) != len(from) {
		return false
	}
	for i := range into {
		if into[i].Name != from[i].Name {
			return false
		}
		into[i].Resources, into[i].ResizePolicy = from[i].Resources, from[i].ResizePolicy
	}
	return true
}

func finishUpdate(updated, old *v1.Pod) error { return changePod(updated, old, countGeneration) }

func countGeneration(updated, old *core.Pod) {
	podutil.DropDisabledPodFields(updated, old)
	if !apiequality.Semantic.DeepEqual(updated.Spec, old.Spec) {
		updated.Generation++
	}
}

// changePod changes a pod in Kubernetes' internal form. Old may be nil.
func changePod(pod, old *v1.Pod, change func(pod, old *core.Pod)) error {
	setup()
	var p, o core.Pod
	if err := corev1.Convert_v1_Pod_To_core_Pod(pod.DeepCopy(), &p, nil); err != nil {
		return err
	}
	if old != nil {
		if err := corev1.Convert_v1_Pod_To_core_Pod(old.DeepCopy(), &o, nil); err != nil {
			return err
		}
	}
	change(&p, &o)
	meta := pod.TypeMeta
	var out v1.Pod
	if err := corev1.Convert_core_Pod_To_v1_Pod(&p, &out, nil); err != nil {
		return err
	}
	out.TypeMeta = meta
	*pod = out
	return nil
}
