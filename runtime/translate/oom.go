package translate

import (
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/resource"
	"k8s.io/kubectl/pkg/util/qos"
)

// The bounds of what the kubelet gives burstable containers
// (pkg/kubelet/qos/policy.go): those of BestEffort pods are killed before
// them, those of Guaranteed ones after.
const (
	leastBurstable    = 3
	mostBurstable     = bestEffortOOM - 1
	nodeCritical      = 2000001000 // the priority of system-node-critical
	memoryRequestName = "memory.request/"
)

// burstable reports whether a unit's OOM score depends on the machine. A
// score below 0, as guaranteed and critical containers have it, is not set: it
// is refused where minipod has no right to it.
func (u Unit) burstable() bool {
	critical := u.pod.Spec.Priority != nil && *u.pod.Spec.Priority >= nodeCritical
	return !critical && qos.GetPodQOS(u.pod) == v1.PodQOSBurstable
}

// oomScore sets the score of a burstable container: the less of the machine's
// memory it has asked for, the sooner it is killed.
func (u Unit) oomScore(r *Request, in Inputs) {
	memory := in.Allocatable[v1.ResourceMemory]
	switch request := u.memoryRequest(); {
	case !u.burstable():
		return
	case in.Symbolic:
		r.OOMScore = token(memoryRequestName + strconv.FormatInt(request, 10))
	case memory.Value() <= 0:
		return
	default:
		score := bestEffortOOM - bestEffortOOM*request/memory.Value()
		r.Host.OomScoreAdj = int(min(max(score, leastBurstable), mostBurstable))
	}
	r.from("HostConfig.OomScoreAdj", "QoS class Burstable: its share of the machine's memory is safe")
}

// MemoryRequestOf reads from the name of a token for an OOM score the bytes
// that it is reckoned of; ok is false where it is another.
func MemoryRequestOf(token string) (request int64, ok bool) {
	bytes, ok := strings.CutPrefix(token, memoryRequestName)
	request, err := strconv.ParseInt(bytes, 10, 64)
	return request, ok && err == nil
}

// memoryRequest is the memory that counts as a container's: what it has asked
// for, and its share of what the pod has asked for beyond its containers. A
// sidecar counts for no less than the smallest container.
func (u Unit) memoryRequest() int64 {
	own := u.Container.Resources.Requests.Memory().Value()
	if u.Kind == Sidecar {
		own = max(own, smallestRequest(u.pod))
	}
	return own + sharedRequest(u.pod)
}

func smallestRequest(pod *v1.Pod) int64 {
	least := pod.Spec.Containers[0].Resources.Requests.Memory().Value()
	for _, c := range pod.Spec.Containers {
		least = min(least, c.Resources.Requests.Memory().Value())
	}
	return least
}

// sharedRequest is what a pod's own request adds for each of its containers.
func sharedRequest(pod *v1.Pod) int64 {
	if pod.Spec.Resources == nil {
		return 0
	}
	rest := pod.Spec.Resources.Requests.Memory().DeepCopy()
	requests := resource.AggregateContainerRequests(pod, resource.PodResourcesOptions{})
	rest.Sub(*requests.Memory())
	return max(rest.Value(), 0) / int64(len(pod.Spec.Containers)+len(pod.Spec.InitContainers))
}
