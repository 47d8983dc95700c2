package translate

import (
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A generic ephemeral volume is a claim that is made with the pod and goes with
// it (pkg/controller/volume/ephemeral). Here the volume itself is the record of
// the claim: it carries the labels of both.

// claimName is what the claim of such a volume is called
// (k8s.io/component-helpers/storage/ephemeral).
func claimName(pod *v1.Pod, v v1.Volume) string { return pod.Name + "-" + v.Name }

// ownClaim is the claim of an ephemeral volume.
func ownClaim(pod *v1.Pod, v v1.Volume) *v1.PersistentVolumeClaim {
	template := v.Ephemeral.VolumeClaimTemplate
	if template == nil { // validation wants one
		template = &v1.PersistentVolumeClaimTemplate{}
	}
	yes := true
	claim := &v1.PersistentVolumeClaim{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: metav1.ObjectMeta{
			Name: claimName(pod, v), Namespace: pod.Namespace, UID: claimUID(pod, v), CreationTimestamp: pod.CreationTimestamp,
			Labels: template.Labels, Annotations: template.Annotations,
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID, Controller: &yes, BlockOwnerDeletion: &yes,
			}},
		},
		Spec: *template.Spec.DeepCopy(),
	}
	BindClaim(claim)
	return claim
}

// claimUID is the UID of such a claim: another one for each pod.
func claimUID(pod *v1.Pod, v v1.Volume) types.UID { return pod.UID + types.UID("-"+v.Name) }

// ownClaimLabels make a volume the record of its claim.
func ownClaimLabels(pod *v1.Pod, v v1.Volume) map[string]string {
	claim := ownClaim(pod, v)
	return map[string]string{
		LabelObject:          "persistentvolumeclaims",
		LabelObjectNamespace: claim.Namespace,
		LabelObjectName:      claim.Name,
		LabelObjectUID:       string(claim.UID),
		LabelRevision:        "1",
		LabelManifest:        encode(claim),
		LabelNonce:           string(claim.UID),
	}
}

// othersClaim reports whether there is a claim that was not made for the pod. One
// of a pod that had its name before goes before this one is made.
func othersClaim(pod *v1.Pod, claim *v1.PersistentVolumeClaim) bool {
	return claim != nil && OwnerOf(claim) != pod.Name
}

// OwnerOf is the name of the pod that a claim was made with; empty for one that
// was made by itself.
func OwnerOf(claim *v1.PersistentVolumeClaim) string {
	if owner := metav1.GetControllerOf(claim); owner != nil && owner.Kind == "Pod" {
		return owner.Name
	}
	return ""
}

// BindClaim binds a claim at once: its volume is made in the engine when a pod
// needs it.
func BindClaim(claim *v1.PersistentVolumeClaim) {
	if claim.Spec.VolumeName == "" {
		claim.Spec.VolumeName = "pvc-" + string(claim.UID)
	}
	claim.Status = v1.PersistentVolumeClaimStatus{
		Phase:       v1.ClaimBound,
		AccessModes: claim.Spec.AccessModes,
		Capacity:    claim.Spec.Resources.Requests,
	}
}
