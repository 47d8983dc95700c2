package status

import (
	"cmp"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	podresource "k8s.io/component-helpers/resource"

	"github.com/minipod/minipod/runtime/plan"
)

// resizing is the condition of a pod that is to have other limits, or whose
// containers are; nil where all have what the manifest says (pkg/kubelet/status,
// SetPodResizeInProgressCondition).
func (v view) resizing() *v1.PodCondition {
	if !v.bringing() {
		return nil
	}
	_, unsized := v.UnsizedPod()
	failed := v.PodResizeFault()
	for _, u := range v.Want.Units {
		c := v.Latest(u.Name)
		if c == nil {
			continue
		}
		if _, is := v.Unsized(u, *c); is {
			unsized, failed = true, cmp.Or(v.ResizeFault(u, *c), failed)
		}
	}
	if !unsized {
		return nil
	}
	found := &v1.PodCondition{Type: v1.PodResizeInProgress, Status: v1.ConditionTrue, LastTransitionTime: stamp(v.born())}
	if failed != nil {
		found.Reason, found.Message = v1.PodReasonError, failed.Error()
	}
	return found
}

// resources are what a container has: what its manifest says, and while it has
// other limits those.
func (v view) resources(u unit) *v1.ResourceRequirements {
	all := u.Resources.DeepCopy()
	of, ok := v.Want.Unit(u.Name)
	if !ok {
		return all
	}
	if want, unsized := v.Unsized(of, *u.latest); unsized {
		instead(all, want, u.latest.Resources)
	}
	return all
}

// fillResources are those of the pod as a whole, where it or a container of it
// asks for any: what is said of the pod, and for what it does not say the sums.
func (v view) fillResources(s *v1.PodStatus) {
	pod := v.Want.Pod
	requests, limits := podresource.PodRequests(pod, podresource.PodResourcesOptions{}), podresource.PodLimits(pod, podresource.PodResourcesOptions{})
	if len(requests) == 0 && len(limits) == 0 {
		return
	}
	s.AllocatedResources = requests
	s.Resources = &v1.ResourceRequirements{Requests: requests.DeepCopy(), Limits: limits}
	if want, unsized := v.UnsizedPod(); unsized {
		instead(s.Resources, want, v.Pause.Resources)
	}
}

// instead puts the limits that something has in the place of those that it is
// to have.
func instead(all *v1.ResourceRequirements, want, have plan.Resources) {
	if have.CPUQuota != want.CPUQuota {
		limit(all, v1.ResourceCPU, resource.NewMilliQuantity(have.CPUQuota*1000/quotaPerCPU, resource.DecimalSI))
	}
	if have.Memory != want.Memory {
		limit(all, v1.ResourceMemory, resource.NewQuantity(have.Memory, resource.BinarySI))
	}
	if have.CPUShares != want.CPUShares && len(all.Requests) > 0 {
		all.Requests[v1.ResourceCPU] = *resource.NewMilliQuantity((have.CPUShares*1000+sharesPerCPU-1)/sharesPerCPU, resource.DecimalSI)
	}
}

const (
	quotaPerCPU  = 100_000
	sharesPerCPU = 1024
)

// limit puts the limit that a container has in the place of the one it is to
// have; zero is none.
func limit(all *v1.ResourceRequirements, name v1.ResourceName, q *resource.Quantity) {
	if q.IsZero() {
		delete(all.Limits, name)
		return
	}
	if all.Limits == nil {
		all.Limits = v1.ResourceList{}
	}
	all.Limits[name] = *q
}
