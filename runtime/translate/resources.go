package translate

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
	"k8s.io/kubectl/pkg/util/qos"
)

// The numbers of the kubelet (pkg/kubelet/cm/helpers_linux.go).
const (
	minShares     = 2
	maxShares     = 262144
	sharesPerCPU  = 1024
	cpuPeriod     = 100000 // microseconds
	minQuota      = 1000
	bestEffortOOM = 1000
)

// resources sets limits as a node does. The OOM score of a burstable container
// depends on the machine: Attempt sets it.
func (b *Blueprint) resources(r *Request, u Unit) {
	res := u.Container.Resources
	b.podCgroup(r)
	r.Host.CPUShares = shares(b.Pod, res)
	r.from("HostConfig.CpuShares", from(res.Requests, v1.ResourceCPU, u.Path+".resources.requests.cpu", "no CPU is requested"))
	r.limit(limitOf(b.Pod, res, v1.ResourceCPU), limitOf(b.Pod, res, v1.ResourceMemory), u.Path+".resources.limits")
	if qos.GetPodQOS(b.Pod) == v1.PodQOSBestEffort {
		r.Host.OomScoreAdj = bestEffortOOM
		r.from("HostConfig.OomScoreAdj", "QoS class BestEffort: no resources are given")
	}
}

// limit gives a container limits that the manifest has at a path; zero is none.
func (r *Request) limit(cpu, memory *resource.Quantity, path string) {
	if limit := cpu.MilliValue(); limit > 0 {
		r.Host.CPUPeriod = cpuPeriod
		r.Host.CPUQuota = max(limit*cpuPeriod/1000, minQuota)
		r.from("HostConfig.CpuQuota", path+".cpu")
	}
	if limit := memory.Value(); limit > 0 {
		r.Host.Memory, r.Host.MemorySwap = limit, limit
		r.from("HostConfig.Memory", path+".memory")
	}
}

// limitOf is the container's own limit, else the pod's.
func limitOf(pod *v1.Pod, res v1.ResourceRequirements, name v1.ResourceName) *resource.Quantity {
	limit, ok := res.Limits[name]
	if !ok && pod.Spec.Resources != nil {
		limit = pod.Spec.Resources.Limits[name]
	}
	return &limit
}

// podMemory is the memory that the pod as a whole is limited to
// (pkg/kubelet/cm, ResourceConfigForPod); 0 where a container has no limit.
func podMemory(pod *v1.Pod) int64 {
	for _, list := range [][]v1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			if limitOf(pod, c.Resources, v1.ResourceMemory).IsZero() {
				return 0
			}
		}
	}
	limits := resourcehelper.PodLimits(pod, resourcehelper.PodResourcesOptions{})
	return limits.Memory().Value()
}

// shares follow the request, or the limit where nothing is requested.
func shares(pod *v1.Pod, res v1.ResourceRequirements) int64 {
	cpu, ok := res.Requests[v1.ResourceCPU]
	if !ok {
		cpu = *limitOf(pod, res, v1.ResourceCPU)
	}
	return sharesOf(cpu)
}

func sharesOf(cpu resource.Quantity) int64 {
	return min(max(cpu.MilliValue()*sharesPerCPU/1000, minShares), maxShares)
}

func from(list v1.ResourceList, name v1.ResourceName, path, otherwise string) string {
	if _, ok := list[name]; ok {
		return path
	}
	return otherwise
}
