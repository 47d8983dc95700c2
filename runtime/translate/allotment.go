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

// asker is who asks for allotments.
type asker struct {
	pod *v1.Pod
	own *v1.Container // that a reference without a name means; nil for a volume
	// diskless says that the pod's pause is not minipod's own, and does not
	// tell how large the disk is.
	diskless bool
}

func (b *Blueprint) asker(own *v1.Container) asker { return asker{b.Pod, own, b.diskless()} }

// allotment reads a resourceFieldRef as the kubelet does
// (pkg/api/v1/resource/helpers.go): a limit that a container does not set is
// the pod's, or else all that the machine has; a request that is not set is 0.
// An error is for a container that the pod does not have.
func (by asker) allotment(ref *v1.ResourceFieldSelector) (allotment, error) {
	c := containerNamed(by.pod, by.own, ref.ContainerName)
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
	if by.pod.Spec.Resources != nil {
		lists = append(lists, by.pod.Spec.Resources.Limits)
	}
	for _, list := range lists {
		if q, ok := list[a.resource]; ok && !q.IsZero() {
			a.set = &q
			return a, nil
		}
	}
	if a.resource == v1.ResourceCPU || a.resource == v1.ResourceMemory || a.ofDisk() && !by.diskless {
		a.set = nil
	}
	return a, nil
}

func (a allotment) ofDisk() bool { return a.resource == v1.ResourceEphemeralStorage }

// needs adds what the value asks for.
func (a allotment) needs(needs *Needs) {
	needs.Machine = needs.Machine || a.set == nil && !a.ofDisk()
	needs.Disk = needs.Disk || a.set == nil && a.ofDisk()
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
// counted in thousandths. The size of the disk is missing before the pause runs.
func (a allotment) value(in Inputs) (string, *Missing) {
	amount, known := in.Allocatable[a.resource]
	switch {
	case a.set != nil:
		amount = *a.set
	case a.ofDisk() && !known:
		return "", &Missing{Early: true, Message: "the pod's pause tells how large the disk is when it runs"}
	case in.Symbolic:
		return token(Allotment{Resource: a.resource, Divisor: a.count(a.divisor)}.name()), nil
	}
	return strconv.FormatInt(int64(math.Ceil(float64(a.count(amount))/float64(a.count(a.divisor)))), 10), nil
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
	Resource v1.ResourceName // cpu, memory or ephemeral-storage
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
