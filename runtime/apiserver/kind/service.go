package kind

import (
	"fmt"
	"net/netip"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

func serviceHooks() Hooks {
	return Hooks{
		Columns: table.Services(),
		InTurn:  true,
		Admit: func(c Cluster, o store.Object) error {
			service := o.(*v1.Service)
			service.Status = v1.ServiceStatus{}
			return addressService(c, service, nil)
		},
		AdmitUpdate: func(c Cluster, next, old store.Object) error {
			return addressService(c, next.(*v1.Service), old.(*v1.Service))
		},
	}
}

// The address range of services. Nothing routes it: pods see the addresses in
// their environment and no more.
const (
	serviceRange  = "10.96.0.0/16"
	KubernetesIP  = "10.96.0.1" // of the API itself
	firstNodePort = 30000
	lastNodePort  = 32767
)

// addressService gives a service its cluster IP and node ports; those it had, it keeps.
func addressService(c Cluster, service, old *v1.Service) error {
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
		ip, err := freeIP(c)
		if err != nil {
			return err
		}
		service.Spec.ClusterIP = ip
	}
	service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	service.Spec.IPFamilies = []v1.IPFamily{v1.IPv4Protocol}
	single := v1.IPFamilyPolicySingleStack
	service.Spec.IPFamilyPolicy = &single
	return openNodePorts(c, service, old)
}

func freeIP(c Cluster) (string, error) {
	used := map[string]bool{}
	for _, other := range c.List(Services) {
		used[other.(*v1.Service).Spec.ClusterIP] = true
	}
	all := netip.MustParsePrefix(serviceRange)
	for ip := netip.MustParseAddr(KubernetesIP).Next(); all.Contains(ip); ip = ip.Next() {
		if !used[ip.String()] {
			return ip.String(), nil
		}
	}
	return "", apierrors.NewInternalError(fmt.Errorf("every address of %s is used by a service", serviceRange))
}

func openNodePorts(c Cluster, service, old *v1.Service) error {
	if service.Spec.Type != v1.ServiceTypeNodePort && service.Spec.Type != v1.ServiceTypeLoadBalancer {
		return nil
	}
	used := map[int32]bool{}
	for _, other := range c.List(Services) {
		for _, port := range other.(*v1.Service).Spec.Ports {
			used[port.NodePort] = true
		}
	}
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
