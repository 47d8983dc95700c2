package kube

import (
	"errors"
	"fmt"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/kubelet/envvars"
)

// The addresses of services, as many clusters have them. Nothing routes them: pods see them in their environment and no
// more.
const (
	servicePrefix = "10.96."
	KubernetesIP  = "10.96.0.1" // of the API itself, where pods cannot reach it
	firstNodePort = 30000
	lastNodePort  = 32767
)

// AddressService gives a service its cluster IP and node ports, which no other has; those it had (old, or nil), it keeps.
func AddressService(service, old *v1.Service, others []*v1.Service) error {
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
		ip, err := freeIP(others)
		if err != nil {
			return err
		}
		service.Spec.ClusterIP = ip
	}
	service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	service.Spec.IPFamilies = []v1.IPFamily{v1.IPv4Protocol}
	single := v1.IPFamilyPolicySingleStack
	service.Spec.IPFamilyPolicy = &single
	return openNodePorts(service, old, others)
}

func freeIP(others []*v1.Service) (string, error) {
	used := map[string]bool{}
	for _, other := range others {
		used[other.Spec.ClusterIP] = true
	}
	for n := 2; n < 1<<16-1; n++ { // the first is the API's own
		if ip := fmt.Sprintf("%s%d.%d", servicePrefix, n>>8, n&0xff); !used[ip] {
			return ip, nil
		}
	}
	return "", fmt.Errorf("every address of %s0.0/16 is used by a service", servicePrefix)
}

func openNodePorts(service, old *v1.Service, others []*v1.Service) error {
	if service.Spec.Type != v1.ServiceTypeNodePort && service.Spec.Type != v1.ServiceTypeLoadBalancer {
		return nil
	}
	used := map[int32]bool{}
	for _, other := range others {
		for _, port := range other.Spec.Ports {
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
			return errors.New("every node port is used by a service")
		}
	}
	return nil
}

// APIService is the service that clients know the API itself by.
func APIService(ip string, port int32) *v1.Service {
	service := &v1.Service{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: metav1.NamespaceDefault, Name: "kubernetes",
			Labels: map[string]string{"component": "apiserver", "provider": "kubernetes"},
		},
		Spec: v1.ServiceSpec{
			Type:            v1.ServiceTypeClusterIP,
			ClusterIP:       ip,
			ClusterIPs:      []string{ip},
			IPFamilies:      []v1.IPFamily{v1.IPv4Protocol},
			SessionAffinity: v1.ServiceAffinityNone,
			Ports:           []v1.ServicePort{{Name: "https", Protocol: v1.ProtocolTCP, Port: port, TargetPort: intstr.FromInt32(port)}},
		},
	}
	single, cluster := v1.IPFamilyPolicySingleStack, v1.ServiceInternalTrafficPolicyCluster
	service.Spec.IPFamilyPolicy, service.Spec.InternalTrafficPolicy = &single, &cluster
	return service
}

// ServiceVariables are what the kubelet tells containers of the services of their namespace.
func ServiceVariables(services []*v1.Service) []v1.EnvVar {
	return envvars.FromServices(services)
}
