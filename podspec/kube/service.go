package kube

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
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

// AddressService gives a service its cluster IP and node ports, which no other has. Those it had (old, or nil), it keeps
// where it says no others, and loses what a new type has no use for, as the API server does it.
func AddressService(service, old *v1.Service, others []*v1.Service) error {
	spec, was := &service.Spec, &v1.ServiceSpec{}
	if old != nil {
		was = &old.Spec
		release(spec, was)
	}
	if spec.Type == v1.ServiceTypeExternalName {
		return nil
	}
	if spec.ClusterIP == "" && len(spec.ClusterIPs) > 0 && was.ClusterIP == "" {
		spec.ClusterIP = spec.ClusterIPs[0]
	}
	spec.ClusterIP = cmp.Or(spec.ClusterIP, was.ClusterIP)
	if spec.ClusterIP == "" {
		ip, err := freeIP(others)
		if err != nil {
			return err
		}
		spec.ClusterIP = ip
	}
	spec.ClusterIPs = []string{spec.ClusterIP}
	spec.IPFamilies = []v1.IPFamily{v1.IPv4Protocol}
	single := v1.IPFamilyPolicySingleStack
	spec.IPFamilyPolicy = &single
	return openNodePorts(spec, was, others)
}

// release takes from a service what its type has no use for any more and is as
// it was: its old type gave it (pkg/registry/core/service, dropTypeDependentFields).
func release(spec, was *v1.ServiceSpec) {
	if spec.Type == v1.ServiceTypeExternalName {
		if spec.ClusterIP == was.ClusterIP {
			spec.ClusterIP, spec.ClusterIPs = "", nil
		}
		if equality.Semantic.DeepEqual(spec.IPFamilies, was.IPFamilies) {
			spec.IPFamilies = nil
		}
		if equality.Semantic.DeepEqual(spec.IPFamilyPolicy, was.IPFamilyPolicy) {
			spec.IPFamilyPolicy = nil
		}
	}
	if !isOpen(spec) && spec.ExternalTrafficPolicy == was.ExternalTrafficPolicy {
		spec.ExternalTrafficPolicy = ""
	}
	for i := range spec.Ports {
		port := &spec.Ports[i]
		kept := func(p v1.ServicePort) bool { return p.NodePort == port.NodePort }
		if !isOpen(spec) && slices.ContainsFunc(was.Ports, kept) {
			port.NodePort = 0
		}
	}
	if !isChecked(spec) && spec.HealthCheckNodePort == was.HealthCheckNodePort {
		spec.HealthCheckNodePort = 0
	}
	if spec.Type == v1.ServiceTypeLoadBalancer {
		return
	}
	if equality.Semantic.DeepEqual(spec.AllocateLoadBalancerNodePorts, was.AllocateLoadBalancerNodePorts) {
		spec.AllocateLoadBalancerNodePorts = nil
	}
	if equality.Semantic.DeepEqual(spec.LoadBalancerClass, was.LoadBalancerClass) {
		spec.LoadBalancerClass = nil
	}
}

// isOpen reports whether a service has ports of the nodes.
func isOpen(spec *v1.ServiceSpec) bool {
	return spec.Type == v1.ServiceTypeNodePort || spec.Type == v1.ServiceTypeLoadBalancer
}

// isChecked reports whether a service has a port at which a load balancer asks
// whether the node has one of its pods.
func isChecked(spec *v1.ServiceSpec) bool {
	return spec.Type == v1.ServiceTypeLoadBalancer && spec.ExternalTrafficPolicy == v1.ServiceExternalTrafficPolicyLocal
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

func openNodePorts(spec, was *v1.ServiceSpec, others []*v1.Service) error {
	own, had := nodePorts(spec), map[string]int32{}
	for _, port := range was.Ports {
		had[port.Name] = port.NodePort
	}
	used := maps.Clone(own)
	for _, other := range others {
		maps.Copy(used, nodePorts(&other.Spec))
	}
	open := func(port *int32, had int32) error {
		if *port == 0 && !own[had] {
			*port = had
		}
		for free := int32(firstNodePort); *port == 0 && free <= lastNodePort; free++ {
			if !used[free] {
				*port, used[free] = free, true
			}
		}
		if *port == 0 {
			return errors.New("every node port is used by a service")
		}
		return nil
	}
	var errs []error
	allocates := spec.Type != v1.ServiceTypeLoadBalancer || spec.AllocateLoadBalancerNodePorts == nil || *spec.AllocateLoadBalancerNodePorts
	for i := range spec.Ports {
		if port := &spec.Ports[i]; isOpen(spec) && allocates {
			errs = append(errs, open(&port.NodePort, had[port.Name]))
		}
	}
	if isChecked(spec) {
		errs = append(errs, open(&spec.HealthCheckNodePort, was.HealthCheckNodePort))
	}
	return errors.Join(errs...)
}

// nodePorts are the ports of the nodes that a service has.
func nodePorts(spec *v1.ServiceSpec) map[int32]bool {
	ports := map[int32]bool{spec.HealthCheckNodePort: true}
	for _, port := range spec.Ports {
		ports[port.NodePort] = true
	}
	delete(ports, 0)
	return ports
}

// judgeNodePorts refuses what is no port of a node (pkg/registry/core/service/portallocator).
func judgeNodePorts(service *v1.Service) field.ErrorList {
	var errs field.ErrorList
	for i, port := range service.Spec.Ports {
		if port.NodePort != 0 && (port.NodePort < firstNodePort || port.NodePort > lastNodePort) {
			errs = append(errs, field.Invalid(field.NewPath("spec", "ports").Index(i).Child("nodePort"), port.NodePort,
				fmt.Sprintf("provided port is not in the valid range. The range of valid ports is %d-%d", firstNodePort, lastNodePort)))
		}
	}
	return errs
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
