package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	v1 "k8s.io/api/core/v1"
)

// The labels of the volume that a claim stands for. It belongs to no pod, and
// stays when the pods that use it are gone.
const (
	LabelClaim          = "dev.minipod.claim"
	LabelClaimNamespace = "dev.minipod.claim.namespace"
)

// ClaimVolume is the Docker name of a claim's volume.
func ClaimVolume(namespace, claim string) string {
	const longest = 255 // of a folder's name
	name := "minipod_claim_" + namespace + "__" + claim
	if len(name) > longest {
		sum := sha256.Sum256([]byte(namespace + "/" + claim))
		name = "minipod_claim_" + hex.EncodeToString(sum[:])
	}
	return name
}

// claimLabels are the labels of a claim's volume.
func claimLabels(namespace, claim string) map[string]string {
	return map[string]string{LabelClaim: claim, LabelClaimNamespace: namespace}
}

// NamedClaims are the names of the claims that the pod's volumes name.
func (b *Blueprint) NamedClaims() []string {
	var names []string
	for _, v := range b.Pod.Spec.Volumes {
		if v.PersistentVolumeClaim != nil {
			names = once(names, v.PersistentVolumeClaim.ClaimName)
		}
	}
	return names
}

// Claims are the names of all claims of the pod: those that its volumes name, and
// those that are made with it.
func (b *Blueprint) Claims() []string {
	names := b.NamedClaims()
	for _, v := range b.Pod.Spec.Volumes {
		if v.Ephemeral != nil {
			names = once(names, claimName(b.Pod, v))
		}
	}
	return names
}

// Unbound is the first claim of the pod that does not exist, in the scheduler's
// words, or that is to be made with it and is another's; nil where there is none.
func (b *Blueprint) Unbound(in Inputs) *Missing {
	for i, v := range b.Pod.Spec.Volumes {
		switch field := fmt.Sprintf("spec.volumes[%d]", i); {
		case v.PersistentVolumeClaim != nil && in.Claims[v.PersistentVolumeClaim.ClaimName] == nil:
			return &Missing{
				Message: fmt.Sprintf("0/1 nodes are available: persistentvolumeclaim %q not found.", v.PersistentVolumeClaim.ClaimName),
				Field:   field + ".persistentVolumeClaim.claimName",
				Lack:    LackClaim,
			}
		case v.Ephemeral != nil && othersClaim(b.Pod, in.Claims[claimName(b.Pod, v)]):
			name := claimName(b.Pod, v)
			return &Missing{
				Message: fmt.Sprintf("PVC %s/%s was not created for pod %[1]s/%[3]s (pod is not owner)", b.Pod.Namespace, name, b.Pod.Name),
				Field:   field + ".ephemeral",
				Lack:    LackOwnClaim,
				Have:    name,
			}
		}
	}
	return nil
}

// reads reports whether a volume is only read, whatever the volumeMount says.
func reads(src v1.VolumeSource) bool {
	return filled(src) || src.Image != nil || src.PersistentVolumeClaim != nil && src.PersistentVolumeClaim.ReadOnly
}
