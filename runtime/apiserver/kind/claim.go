package kind

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/apiserver/table"
	"github.com/minipod/minipod/runtime/translate"
)

func claimHooks() Hooks {
	return Hooks{Columns: table.Claims(), Admit: admitted(bindClaim)}
}

func bindClaim(_ Cluster, claim *v1.PersistentVolumeClaim) error {
	translate.BindClaim(claim)
	return nil
}
