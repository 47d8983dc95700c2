package kind

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

// nodeHooks keep the status that a node registers with, as the API server does.
func nodeHooks() Hooks {
	return Hooks{
		Columns: table.Nodes(),
		Admit:   admitAsIs,
		Lasts:   func(next, old store.Object) bool { return changesMore(next.(*v1.Node), old.(*v1.Node)) },
	}
}

// changesMore tells a change that has to last from a heartbeat, which is of the
// status alone.
func changesMore(next, old *v1.Node) bool {
	return !equality.Semantic.DeepEqual(next.Spec, old.Spec) || !equality.Semantic.DeepEqual(next.ObjectMeta, old.ObjectMeta)
}

// admitAsIs takes a new object as the client sends it.
func admitAsIs(Cluster, store.Object) error { return nil }
