package translate

import (
	"strings"

	v1 "k8s.io/api/core/v1"
)

const podCgroupPrefix = "/minipod-"

// CgroupOf is the cgroup of a pod that has one beside those of its containers.
func CgroupOf(pod *v1.Pod) string { return podCgroupPrefix + string(pod.UID) }

// IsPodCgroup tells the cgroup of a pod from others.
func IsPodCgroup(cgroup string) bool { return strings.HasPrefix(cgroup, podCgroupPrefix) }

// podCgroup has the engine make a container's cgroup in that of the pod.
func (b *Blueprint) podCgroup(r *Request) {
	if b.Options.PodCgroup {
		r.Host.CgroupParent = CgroupOf(b.Pod)
		r.from("HostConfig.CgroupParent", "spec.resources: the containers share limits")
	}
}

// podLimits gives the pause, which needs next to nothing of them, the limits of
// a pod that has a cgroup: whoever starts the pause reads there what the cgroup
// is to have, and who resizes the pod changes both.
func (b *Blueprint) podLimits(r *Request) {
	of := b.Pod.Spec.Resources
	if !b.Options.PodCgroup || of == nil {
		return
	}
	b.podCgroup(r)
	r.Host.CPUShares = sharesOf(*of.Requests.Cpu())
	r.from("HostConfig.CpuShares", from(of.Requests, v1.ResourceCPU, "spec.resources.requests.cpu", "no CPU is requested"))
	r.limit(of.Limits.Cpu(), of.Limits.Memory(), "spec.resources.limits")
}
