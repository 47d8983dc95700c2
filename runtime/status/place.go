package status

import (
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// Place puts the machine that a pod is on into the pod as it is shown: its
// name, and its addresses, which are the pod's own in the machine's network.
func Place(pod *v1.Pod, w plan.World, hostname string, addresses []string) {
	if pod.Spec.NodeName == "" && len(pod.Spec.SchedulingGates) == 0 {
		pod.Spec.NodeName = hostname
	}
	for _, address := range addresses {
		pod.Status.HostIPs = append(pod.Status.HostIPs, v1.HostIP{IP: address})
	}
	if len(addresses) > 0 {
		pod.Status.HostIP = addresses[0]
	}
	if pod.Spec.HostNetwork && w.Pause != nil && w.Pause.State == plan.Running {
		pod.Status.PodIP = pod.Status.HostIP
		pod.Status.PodIPs = []v1.PodIP{{IP: pod.Status.HostIP}}
	}
}
