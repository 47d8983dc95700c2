package translate

import (
	"strconv"

	v1 "k8s.io/api/core/v1"
)

// RestartsToResize reports whether the unit's resizePolicy has it restarted
// when it is given other resources of a kind.
func (u Unit) RestartsToResize(kind v1.ResourceName) bool {
	for _, policy := range u.Container.ResizePolicy {
		if policy.ResourceName == kind {
			return policy.RestartPolicy == v1.RestartContainer
		}
	}
	return false
}

// MemoryAsked is the memory that a unit asks for, in bytes, where it is
// restarted when that changes; else empty.
func (u Unit) MemoryAsked() string {
	if !u.RestartsToResize(v1.ResourceMemory) {
		return ""
	}
	return strconv.FormatInt(u.Container.Resources.Requests.Memory().Value(), 10)
}
