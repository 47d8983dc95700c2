package kind

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/apiserver/table"
)

func claimHooks() Hooks {
	return Hooks{Columns: table.Claims(), Admit: admitted(bindClaim)}
}

// bindClaim binds a claim at once: its volume is made in the engine when a pod needs it.
func bindClaim(_ Cluster, claim *v1.PersistentVolumeClaim) error {
	if claim.Spec.VolumeName == "" {
		claim.Spec.VolumeName = "pvc-" + string(claim.UID)
	}
	claim.Status = v1.PersistentVolumeClaimStatus{
		Phase:       v1.ClaimBound,
		AccessModes: claim.Spec.AccessModes,
		Capacity:    claim.Spec.Resources.Requests,
	}
	return nil
}
