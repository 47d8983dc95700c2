package status

import (
	"cmp"

	v1 "k8s.io/api/core/v1"
)

// Place puts the machine that a pod is on into the pod as it is shown: its
// name, and its addresses, which are the pod's own in the machine's network. A
// pod that is not scheduled is on none.
func Place(pod *v1.Pod, hostname string, addresses []string) {
	if c := find(pod.Status.Conditions, v1.PodScheduled); c != nil && c.Status == v1.ConditionFalse {
		return
	}
	pod.Spec.NodeName = cmp.Or(pod.Spec.NodeName, hostname)
	for _, address := range addresses {
		pod.Status.HostIPs = append(pod.Status.HostIPs, v1.HostIP{IP: address})
	}
	if len(addresses) > 0 {
		pod.Status.HostIP = addresses[0]
	}
	if pod.Spec.HostNetwork && len(addresses) > 0 {
		pod.Status.PodIP = pod.Status.HostIP
		pod.Status.PodIPs = []v1.PodIP{{IP: pod.Status.HostIP}}
	}
}
