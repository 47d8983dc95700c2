package apiserver

import (
	"context"
	"fmt"

	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/apiserver/kind"
)

// seedCluster makes what every cluster has and nobody keeps.
func (s *Server) seedCluster(ctx context.Context) error {
	for _, name := range []string{metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic, v1.NamespaceNodeLease} {
		if err := s.seedNamespace(name); err != nil {
			return err
		}
	}
	if err := s.seedPriorities(); err != nil {
		return err
	}
	return s.seedRuntimes(ctx)
}

// seedNamespaces furnishes the namespaces that were found in the engine.
func (s *Server) seedNamespaces() error {
	items, _ := s.store.List(kind.Namespaces, "")
	for _, item := range items {
		if item.Object.GetDeletionTimestamp() != nil {
			continue
		}
		if err := s.furnish(item.Object.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// seedService makes the service that clients know the API itself by.
func (s *Server) seedService() error {
	service := kube.APIService(kube.KubernetesIP, 443)
	if s.API != nil {
		service = kube.APIService(s.API.Host, s.API.Port)
	}
	meta := s.newMeta(service.Namespace, service.Name)
	meta.Labels = service.Labels
	service.ObjectMeta = meta
	return s.seed(kind.Services, service)
}

func (s *Server) seedPriorities() error {
	for name, value := range map[string]int32{"system-cluster-critical": 2000000000, "system-node-critical": 2000001000} {
		policy := v1.PreemptLowerPriority
		class := &schedulingv1.PriorityClass{
			ObjectMeta: s.newMeta("", name), Value: value, PreemptionPolicy: &policy,
			Description: "Comes with Kubernetes. minipod never preempts: the class only sets the number.",
		}
		if err := s.seed(kind.PriorityClasses, class); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) seedRuntimes(ctx context.Context) error {
	names, err := s.Node.Runtimes(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's runtimes: %w", err)
	}
	for _, name := range names {
		class := &nodev1.RuntimeClass{ObjectMeta: s.newMeta("", name), Handler: name}
		if err := s.seed(kind.RuntimeClasses, class); err != nil {
			return err
		}
	}
	return nil
}
