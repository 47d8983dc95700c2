package main

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/plan"
)

// chooseContainer is the container that a command means: the one that is
// named, else the pod's default. note says which was taken, where there was a
// choice.
func chooseContainer(w plan.World, name string) (chosen, note string, err error) {
	pod := w.Want.Pod
	all := containerNames(pod)
	offered := withoutEnded(w)
	if name == "" {
		name = pod.Annotations[tell.DefaultContainer]
	}
	switch {
	case len(all) == 0:
		return "", "", fmt.Errorf("pod %s has no containers", pod.Name)
	case slices.Contains(all, name):
		return name, "", nil
	case name != "":
		return "", "", fmt.Errorf("container %s is not of pod %s: it has %s", name, pod.Name, strings.Join(containerNames(offered), ", "))
	case len(containerNames(offered)) > 1:
		note = fmt.Sprintf("using container %s (the pod has %s); -c names another", all[0], listed(offered))
	}
	return all[0], note, nil
}

// withoutEnded is the pod without the ephemeral containers that have ended: their
// names are taken still, but nobody means them.
func withoutEnded(w plan.World) *v1.Pod {
	pod := *w.Want.Pod
	pod.Spec.EphemeralContainers = slices.DeleteFunc(slices.Clone(pod.Spec.EphemeralContainers), func(c v1.EphemeralContainer) bool {
		at := w.Latest(c.Name)
		return at != nil && at.Ended()
	})
	return &pod
}

// containerNames are a pod's containers: regular, ephemeral, init.
func containerNames(pod *v1.Pod) []string {
	var all []string
	for _, c := range pod.Spec.Containers {
		all = append(all, c.Name)
	}
	for _, c := range pod.Spec.EphemeralContainers {
		all = append(all, c.Name)
	}
	for _, c := range pod.Spec.InitContainers {
		all = append(all, c.Name)
	}
	return all
}

// listed are the containers as a note names them: a, b (ephem), c (init).
func listed(pod *v1.Pod) string {
	all := containerNames(pod)
	regular := len(pod.Spec.Containers)
	for i := range all {
		switch {
		case i >= regular+len(pod.Spec.EphemeralContainers):
			all[i] += " (init)"
		case i >= regular:
			all[i] += " (ephem)"
		}
	}
	return strings.Join(all, ", ")
}

// startOrder are a pod's containers as logs of all of them come: init,
// regular, ephemeral.
func startOrder(pod *v1.Pod) []string {
	all := containerNames(pod)
	first := len(all) - len(pod.Spec.InitContainers)
	return append(slices.Clone(all[first:]), all[:first]...)
}
