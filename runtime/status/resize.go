package status

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// resizing is the condition of a pod whose containers are to have other limits;
// nil where they have what the manifest says (pkg/kubelet/status,
// SetPodResizeInProgressCondition).
func (v view) resizing() *v1.PodCondition {
	if !v.bringing() {
		return nil
	}
	var found *v1.PodCondition
	for _, u := range v.Want.Units {
		c := v.Latest(u.Name)
		if c == nil {
			continue
		}
		if _, unsized := v.Unsized(u, *c); !unsized {
			continue
		}
		if found == nil {
			found = &v1.PodCondition{Type: v1.PodResizeInProgress, Status: v1.ConditionTrue, LastTransitionTime: stamp(v.born())}
		}
		if err := v.ResizeFault(u, *c); err != nil {
			found.Reason, found.Message = v1.PodReasonError, err.Error()
		}
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
		have := u.latest.Resources
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
	return all
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
