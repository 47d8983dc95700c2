package translate

import (
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
)

// Bare is the pod as a manifest has it: without what minipod keeps in its
// annotations, without what an API server and kubectl apply add to every pod,
// and without ephemeral containers, which no manifest may have. The pod itself
// is not changed.
func Bare(pod *v1.Pod) *v1.Pod {
	bare := Shown(pod)
	bare.SetSelfLink("")
	bare.UID, bare.ResourceVersion, bare.Generation, bare.ManagedFields = "", "", 0, nil
	bare.CreationTimestamp, bare.DeletionTimestamp, bare.DeletionGracePeriodSeconds = metav1.Time{}, nil, nil
	delete(bare.Annotations, v1.LastAppliedConfigAnnotation)
	if len(bare.Annotations) == 0 {
		bare.Annotations = nil
	}
	bare.Spec.EphemeralContainers = nil
	admitted(&bare.Spec)
	return bare
}

// admitted takes away what the API server's admission plugins and the scheduler
// add to a spec that is silent about it. There is one node: which one is named
// makes no other pod.
func admitted(spec *v1.PodSpec) {
	spec.NodeName = ""
	if spec.ServiceAccountName == "default" {
		spec.ServiceAccountName, spec.DeprecatedServiceAccount = "", ""
	}
	if spec.PriorityClassName == "" && spec.Priority != nil && *spec.Priority == 0 {
		spec.Priority = nil
	}
	if spec.PreemptionPolicy != nil && *spec.PreemptionPolicy == v1.PreemptLowerPriority {
		spec.PreemptionPolicy = nil
	}
	withoutToken(spec)
	spec.Tolerations = slices.DeleteFunc(spec.Tolerations, patient)
	if len(spec.Tolerations) == 0 {
		spec.Tolerations = nil
	}
}

// patience is how long every pod stays on a node that is not ready, in seconds.
const patience = 300

// patient tells the tolerations that every pod gets.
func patient(t v1.Toleration) bool {
	return (t.Key == v1.TaintNodeNotReady || t.Key == v1.TaintNodeUnreachable) && t.Operator == v1.TolerationOpExists &&
		t.Effect == v1.TaintEffectNoExecute && t.TolerationSeconds != nil && *t.TolerationSeconds == patience
}

// withoutToken takes the volume with the pod's token away.
func withoutToken(spec *v1.PodSpec) {
	mounted := func(vm v1.VolumeMount) bool {
		return strings.HasPrefix(vm.Name, access.TokenVolume) && vm.MountPath == access.Folder
	}
	spec.Volumes = slices.DeleteFunc(spec.Volumes, access.IsTokenVolume)
	for _, list := range [][]v1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			list[i].VolumeMounts = slices.DeleteFunc(list[i].VolumeMounts, mounted)
			if len(list[i].VolumeMounts) == 0 {
				list[i].VolumeMounts = nil
			}
		}
	}
	if len(spec.Volumes) == 0 {
		spec.Volumes = nil
	}
}
