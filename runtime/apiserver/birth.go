package apiserver

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// namespaceOpen refuses new objects in a namespace that is not there or is going.
func (s *Server) namespaceOpen(t target) error {
	if !t.kind.Namespaced {
		return nil
	}
	item := s.store.Get(store.Key{Resource: kind.Namespaces, Name: t.namespace})
	if item == nil {
		return apierrors.NewNotFound(v1.Resource("namespaces"), t.namespace)
	}
	if item.Object.(*v1.Namespace).Status.Phase != v1.NamespaceTerminating {
		return nil
	}
	err := apierrors.NewForbidden(t.kind.GroupResource(), t.name,
		fmt.Errorf("unable to create new content in namespace %s because it is being terminated", t.namespace))
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes, metav1.StatusCause{
		Type:    v1.NamespaceTerminatingCause,
		Message: fmt.Sprintf("namespace %s is being terminated", t.namespace),
		Field:   "metadata.namespace",
	})
	return err
}

// cluster answers the hooks of kinds.
type cluster struct{ server *Server }

var _ kind.Cluster = cluster{}

// Get implements kind.Cluster.
func (c cluster) Get(resource, namespace, name string) store.Object {
	return itemObject(c.server.store.Get(store.Key{Resource: resource, Namespace: namespace, Name: name}))
}

// List implements kind.Cluster.
func (c cluster) List(resource string) []store.Object {
	items, _ := c.server.store.List(resource, "")
	objects := make([]store.Object, 0, len(items))
	for _, item := range items {
		objects = append(objects, item.Object)
	}
	return objects
}

// Node implements kind.Cluster.
func (c cluster) Node() string { return c.server.nodes.name() }

// Furnish implements kind.Cluster.
func (c cluster) Furnish(namespace string) error { return c.server.furnish(namespace) }

// LeftOut implements kind.Cluster.
func (c cluster) LeftOut(pod store.Object) []string { return c.server.Pods.LeftOut(pod.(*v1.Pod)) }

// Tokens implements kind.Cluster.
func (c cluster) Tokens() bool { return c.server.API != nil }
