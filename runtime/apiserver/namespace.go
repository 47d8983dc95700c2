package apiserver

import (
	"context"
	"maps"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// poke has the namespaces looked at.
func (s *Server) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// keepNamespaces gives new namespaces what every namespace has, and empties those
// that are being deleted.
func (s *Server) keepNamespaces(ctx context.Context) error {
	for {
		if err := s.tidyNamespaces(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("look after the namespaces", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.wake:
		}
	}
}

func (s *Server) tidyNamespaces(ctx context.Context) error {
	items, _ := s.store.List(kind.Namespaces, "")
	for _, item := range items {
		namespace := item.Object.(*v1.Namespace)
		if namespace.DeletionTimestamp == nil {
			if err := s.furnish(namespace.Name); err != nil {
				return err
			}
			continue
		}
		if err := s.empty(ctx, namespace.Name); err != nil {
			return err
		}
	}
	return nil
}

// furnish makes the ServiceAccount and the ConfigMap that every namespace has,
// and in default the service of the API.
func (s *Server) furnish(namespace string) error {
	if namespace == metav1.NamespaceDefault {
		if err := s.seedService(); err != nil {
			return err
		}
	}
	account := &v1.ServiceAccount{ObjectMeta: s.newMeta(namespace, "default")}
	if err := s.seed(kind.ServiceAccounts, account); err != nil {
		return err
	}
	root := s.CA
	if s.API != nil {
		root = s.API.CA
	}
	ca := &v1.ConfigMap{ObjectMeta: s.newMeta(namespace, access.RootCA), Data: map[string]string{access.RootCAKey: string(root)}}
	ca.Annotations = map[string]string{
		"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
	}
	if err := s.seed(kind.ConfigMaps, ca); err != nil {
		return err
	}
	return s.restoreCA(keyOf(kind.ConfigMaps, ca), ca)
}

// restoreCA undoes what clients write into the certificate's ConfigMap: pods trust it.
func (s *Server) restoreCA(key store.Key, ca *v1.ConfigMap) error {
	if item := s.store.Get(key); item == nil || maps.Equal(item.Object.(*v1.ConfigMap).Data, ca.Data) {
		return nil
	}
	return s.store.Set(key, func(current *store.Item) store.Object {
		if current == nil {
			return nil
		}
		next := current.Object.DeepCopyObject().(*v1.ConfigMap)
		next.Data = ca.Data
		return next
	})
}

// empty deletes all that is in a namespace, and the namespace when nothing is left.
func (s *Server) empty(ctx context.Context, namespace string) error {
	left := false
	for _, resource := range s.store.Resources(namespace) {
		items, _ := s.store.List(resource, namespace)
		for _, item := range items {
			if item.Object.GetDeletionTimestamp() == nil {
				t := target{kind: s.kinds.ByResource(resource), namespace: namespace, name: item.Object.GetName()}
				if _, err := s.remove(ctx, t, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
					return err
				}
			}
			left = left || s.store.Get(store.Key{Resource: resource, Namespace: namespace, Name: item.Object.GetName()}) != nil
		}
	}
	if left {
		return nil
	}
	_, err := s.store.Update(ctx, store.Key{Resource: kind.Namespaces, Name: namespace}, func(current *store.Item) (store.Object, error) {
		if current == nil || current.Object.GetDeletionTimestamp() == nil {
			return itemObject(current), nil
		}
		next := current.Object.DeepCopyObject().(*v1.Namespace)
		next.Spec.Finalizers = nil
		if len(next.Finalizers) > 0 {
			if len(current.Object.(*v1.Namespace).Spec.Finalizers) == 0 {
				return current.Object, nil
			}
			return next, nil
		}
		return nil, nil
	})
	return err
}

func itemObject(item *store.Item) store.Object {
	if item == nil {
		return nil
	}
	return item.Object
}

// needNamespace makes the namespace of something that was found in the engine.
func (s *Server) needNamespace(name string) {
	if name == "" || s.store.Get(store.Key{Resource: kind.Namespaces, Name: name}) != nil {
		return
	}
	if err := s.seedNamespace(name); err != nil {
		s.Log.Warn("make a namespace", "name", name, "error", err)
	}
}

func (s *Server) seedNamespace(name string) error {
	namespace := &v1.Namespace{
		ObjectMeta: s.newMeta("", name),
		Spec:       v1.NamespaceSpec{Finalizers: []v1.FinalizerName{v1.FinalizerKubernetes}},
		Status:     v1.NamespaceStatus{Phase: v1.NamespaceActive},
	}
	namespace.Labels = map[string]string{v1.LabelMetadataName: name}
	if err := s.seed(kind.Namespaces, namespace); err != nil {
		return err
	}
	return s.furnish(name)
}

// seed stores an object that the server makes by itself, if it is not there.
func (s *Server) seed(resource string, obj store.Object) error {
	s.kinds.ByResource(resource).Stamp(obj)
	_, err := s.store.Seed(keyOf(resource, obj), obj)
	return err
}

func (s *Server) newMeta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: uuid.NewUUID(),
		CreationTimestamp: metav1.NewTime(s.Now()).Rfc3339Copy(),
	}
}
