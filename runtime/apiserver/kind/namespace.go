package kind

import (
	"errors"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

func namespaceHooks() Hooks {
	return Hooks{
		Columns:   table.Namespaces(),
		Admit:     admitted(admitNamespace),
		Made:      func(c Cluster, made store.Object) error { return c.Furnish(made.GetName()) },
		Protected: protected,
		Going:     func(o store.Object) { o.(*v1.Namespace).Status.Phase = v1.NamespaceTerminating },
		Held:      func(o store.Object) bool { return len(o.(*v1.Namespace).Spec.Finalizers) > 0 },
	}
}

func admitNamespace(_ Cluster, namespace *v1.Namespace) error {
	namespace.Status = v1.NamespaceStatus{Phase: v1.NamespaceActive}
	namespace.Spec.Finalizers = []v1.FinalizerName{v1.FinalizerKubernetes}
	return nil
}

// protected refuses to delete the namespaces that every cluster has.
func protected(name string) error {
	switch name {
	case metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic:
		return errors.New("this namespace may not be deleted")
	}
	return nil
}
