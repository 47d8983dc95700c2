package translate

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// allotment is what a resourceFieldRef asks for: how much of a resource a
// container may use or has asked for.
type allotment struct {
	resource v1.ResourceName
	// set is the amount that the manifest says; nil leaves it to the machine.
	set     *resource.Quantity
	divisor resource.Quantity
}

// allotmentOf reads a resourceFieldRef as the kubelet does
// (pkg/api/v1/resource/helpers.go): a limit that a container does not set is
// the pod's, or else all that the machine has; a request that is not set is 0.
// An error is for a container that the pod does not have.
func allotmentOf(pod *v1.Pod, own *v1.Container, ref *v1.ResourceFieldSelector) (allotment, error) {
	c := containerNamed(pod, own, ref.ContainerName)
	if c == nil {
		return allotment{}, fmt.Errorf("container %s not found", ref.ContainerName)
	}
	side, name, _ := strings.Cut(ref.Resource, ".")
	a := allotment{resource: v1.ResourceName(name), divisor: ref.Divisor, set: &resource.Quantity{}}
	if a.divisor.IsZero() {
		a.divisor = resource.MustParse("1")
	}
	if side == "requests" {
		if q, ok := c.Resources.Requests[a.resource]; ok {
			a.set = &q
		}
		return a, nil
	}
	lists := []v1.ResourceList{c.Resources.Limits}
	if pod.Spec.Resources != nil {
		lists = append(lists, pod.Spec.Resources.Limits)
	}
	for _, list := range lists {
		if q, ok := list[a.resource]; ok && !q.IsZero() {
			a.set = &q
			return a, nil
		}
	}
	if a.resource == v1.ResourceCPU || a.resource == v1.ResourceMemory {
		a.set = nil
	}
	return a, nil
}

// containerNamed is the one of the pod that has the name, or nil; without a name
// it is the container's own.
func containerNamed(pod *v1.Pod, own *v1.Container, name string) *v1.Container {
	if name == "" {
		return own
	}
	for _, list := range [][]v1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// value is the amount in units of the divisor, rounded up; processors are
// counted in thousandths.
func (a allotment) value(in Inputs) string {
	if a.set == nil && in.Symbolic {
		return token(Allotment{Resource: a.resource, Divisor: a.count(a.divisor)}.name())
	}
	amount := in.Allocatable[a.resource]
	if a.set != nil {
		amount = *a.set
	}
	return strconv.FormatInt(int64(math.Ceil(float64(a.count(amount))/float64(a.count(a.divisor)))), 10)
}

func (a allotment) count(q resource.Quantity) int64 {
	if a.resource == v1.ResourceCPU {
		return q.MilliValue()
	}
	return q.Value()
}

// Allotment is the token for a share of the machine: all of a resource,
// divided and rounded up. Processors are counted in thousandths.
type Allotment struct {
	Resource v1.ResourceName // cpu or memory
	Divisor  int64
}

func (a Allotment) name() string { return fmt.Sprintf("allocatable.%s/%d", a.Resource, a.Divisor) }

// AllotmentOf reads an Allotment from the name of a token; ok is false where
// it is another.
func AllotmentOf(token string) (a Allotment, ok bool) {
	name, divisor, _ := strings.Cut(token, "/")
	name, ok = strings.CutPrefix(name, "allocatable.")
	n, err := strconv.ParseInt(divisor, 10, 64)
	return Allotment{Resource: v1.ResourceName(name), Divisor: n}, ok && err == nil
}
