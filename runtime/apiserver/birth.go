package apiserver

import (
	"fmt"
	"net/netip"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// admit gives a new object what a cluster's controllers and admission would.
func (s *Server) admit(k *kind.Kind, obj store.Object) error {
	switch o := obj.(type) {
	case *v1.Pod:
		return s.admitPod(o)
	case *v1.Namespace:
		o.Status = v1.NamespaceStatus{Phase: v1.NamespaceActive}
		o.Spec.Finalizers = []v1.FinalizerName{v1.FinalizerKubernetes}
	case *v1.Service:
		o.Status = v1.ServiceStatus{}
		return s.addressService(o, nil)
	case *v1.PersistentVolumeClaim:
		bindClaim(o)
	case *v1.Node, *v1.Event:
	default:
		k.ClearStatus(obj)
	}
	return nil
}

// admitUpdate is admit for a write to an object that is there.
func (s *Server) admitUpdate(t target, next, old store.Object) error {
	if service, ok := next.(*v1.Service); ok && t.sub == "" {
		return s.addressService(service, old.(*v1.Service))
	}
	return nil
}

// place gives a pod to the node when nothing holds it back any more.
func (s *Server) place(obj store.Object) {
	if pod, ok := obj.(*v1.Pod); ok && len(pod.Spec.SchedulingGates) == 0 && pod.Spec.NodeName == "" && pod.DeletionTimestamp == nil {
		pod.Spec.NodeName = s.nodes.name()
	}
}

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

// bindClaim binds a claim at once: its volume is made in the engine when a pod needs it.
func bindClaim(claim *v1.PersistentVolumeClaim) {
	if claim.Spec.VolumeName == "" {
		claim.Spec.VolumeName = "pvc-" + string(claim.UID)
	}
	claim.Status = v1.PersistentVolumeClaimStatus{
		Phase:       v1.ClaimBound,
		AccessModes: claim.Spec.AccessModes,
		Capacity:    claim.Spec.Resources.Requests,
	}
}

// The address range of services. Nothing routes it: pods see the addresses in
// their environment and no more.
const (
	serviceRange  = "10.96.0.0/16"
	kubernetesIP  = "10.96.0.1"
	firstNodePort = 30000
	lastNodePort  = 32767
)

// addressService gives a service its cluster IP and node ports; those it had, it keeps.
func (s *Server) addressService(service, old *v1.Service) error {
	if service.Spec.Type == v1.ServiceTypeExternalName {
		return nil
	}
	if old != nil && service.Spec.ClusterIP == "" && old.Spec.Type != v1.ServiceTypeExternalName {
		service.Spec.ClusterIP, service.Spec.ClusterIPs = old.Spec.ClusterIP, old.Spec.ClusterIPs
	}
	if service.Spec.ClusterIP == "" && len(service.Spec.ClusterIPs) > 0 {
		service.Spec.ClusterIP = service.Spec.ClusterIPs[0]
	}
	if service.Spec.ClusterIP == "" {
		ip, err := s.freeIP()
		if err != nil {
			return err
		}
		service.Spec.ClusterIP = ip
	}
	service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	service.Spec.IPFamilies = []v1.IPFamily{v1.IPv4Protocol}
	single := v1.IPFamilyPolicySingleStack
	service.Spec.IPFamilyPolicy = &single
	return s.openNodePorts(service, old)
}

func (s *Server) freeIP() (string, error) {
	used := map[string]bool{}
	s.eachService(func(service *v1.Service) { used[service.Spec.ClusterIP] = true })
	all := netip.MustParsePrefix(serviceRange)
	for ip := netip.MustParseAddr(kubernetesIP).Next(); all.Contains(ip); ip = ip.Next() {
		if !used[ip.String()] {
			return ip.String(), nil
		}
	}
	return "", apierrors.NewInternalError(fmt.Errorf("every address of %s is used by a service", serviceRange))
}

func (s *Server) openNodePorts(service, old *v1.Service) error {
	if service.Spec.Type != v1.ServiceTypeNodePort && service.Spec.Type != v1.ServiceTypeLoadBalancer {
		return nil
	}
	used := map[int32]bool{}
	s.eachService(func(other *v1.Service) {
		for _, port := range other.Spec.Ports {
			used[port.NodePort] = true
		}
	})
	free := int32(firstNodePort)
	for i := range service.Spec.Ports {
		port := &service.Spec.Ports[i]
		if port.NodePort == 0 && old != nil && i < len(old.Spec.Ports) && old.Spec.Ports[i].Name == port.Name {
			port.NodePort = old.Spec.Ports[i].NodePort
		}
		for ; port.NodePort == 0 && free <= lastNodePort; free++ {
			if !used[free] {
				port.NodePort = free
			}
		}
		if port.NodePort == 0 {
			return apierrors.NewInternalError(fmt.Errorf("every node port is used by a service"))
		}
	}
	return nil
}

func (s *Server) eachService(visit func(*v1.Service)) {
	items, _ := s.store.List(kind.Services, "")
	for _, item := range items {
		visit(item.Object.(*v1.Service))
	}
}
