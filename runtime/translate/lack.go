package translate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Lack is what kind of thing a pod refers to that is not as it wants it: that says
// what can be done about it.
type Lack string

// The kinds of things that may be missing. Of a key and of a container, Missing.Have
// are those that there are.
const (
	LackObject    Lack = "object"    // a ConfigMap or a Secret
	LackKey       Lack = "key"       // of one that is there
	LackContainer Lack = "container" // of the pod
	LackClaim     Lack = "claim"
	LackOwnClaim  Lack = "own claim" // one of its name, Missing.Have, is another's
	LackRuntime   Lack = "runtime"
	LackHostname  Lack = "hostname" // that is short enough
)

// mostListed is how many names of what there is are listed.
const mostListed = 10

// listed are names in a line.
func listed(names []string) string {
	if more := len(names) - mostListed; more > 0 {
		return strings.Join(names[:mostListed], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

func listedKeys[T any](data map[string]T) string {
	return listed(slices.Sorted(maps.Keys(data)))
}

// noContainer says that a pod has no container of a name.
func noContainer(pod *v1.Pod, err error, field string) *Missing {
	var names []string
	for _, list := range [][]v1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			names = append(names, c.Name)
		}
	}
	return &Missing{Message: err.Error(), Field: field, Lack: LackContainer, Have: listed(names)}
}
