package manifest

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// Options are what the command line decides of the manifests that it names.
type Options struct {
	// Namespace is the namespace of all of them; empty is what they say.
	Namespace string
	// Strict takes warnings for problems.
	Strict bool
	// Apart takes each file for a run of its own: a pod may be in several.
	Apart bool
	// Profiles is the folder of seccomp profiles; empty is the manifest's own,
	// and then that of a kubelet.
	Profiles string
	// Pod is what is decided of every pod.
	Pod translate.Options
}

// of are the options of one pod.
func (opts Options) of(o *podspec.Object) translate.Options {
	pod := opts.Pod
	if pod.Pull == "" {
		pod.AssumedAlways = assumedAlways(o)
	}
	return pod
}

// assumedAlways are the containers that pull always only because the manifest
// is silent about it and the image has no tag, or latest.
func assumedAlways(o *podspec.Object) []string {
	spec := &o.Pod().Spec
	return slices.Concat(
		assumedIn(o, "spec.initContainers", spec.InitContainers),
		assumedIn(o, "spec.containers", spec.Containers),
	)
}

func assumedIn(o *podspec.Object, path string, containers []v1.Container) []string {
	var assumed []string
	for i, c := range containers {
		written := o.Written(fmt.Sprintf("%s[%d].imagePullPolicy", path, i))
		if c.ImagePullPolicy == v1.PullAlways && !written {
			assumed = append(assumed, c.Name)
		}
	}
	return assumed
}
