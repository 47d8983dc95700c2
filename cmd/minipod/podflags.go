package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

// podFlags decide about a pod what its manifest does not: those of run,
// explain and validate.
type podFlags struct {
	namespace  string
	network    string
	sharePID   bool
	publish    []string
	publishAll bool
	pull       string
	pauseImage string
	strict     bool

	runOf func(podManifest) string // names the run that a pod would be made by
}

func (f *podFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	registerNamespace(cmd, &f.namespace)
	flags.StringVar(&f.network, "network", "", "Docker network of the pod (the engine's default bridge)")
	flags.BoolVar(&f.sharePID, "share-pid", true, "PID namespace of a pod whose manifest is silent: one for all its containers; =false is Kubernetes' default")
	flags.StringArrayVarP(&f.publish, "publish", "p", nil, "publish a port: `[IP:][HOST:]CONTAINER[/PROTO]`")
	flags.BoolVarP(&f.publishAll, "publish-all", "P", false, "publish every containerPort on the same number")
	flags.StringVar(&f.pull, "pull", "", "when to pull images, whatever the manifest says: `always|missing|never`")
	flags.StringVar(&f.pauseImage, "pause-image", "", "image of the pause container (minipod's own, never pulled)")
	flags.BoolVar(&f.strict, "strict", false, "take warnings about the manifest for errors")
}

// check looks at the flags' values before anything is read.
func (f *podFlags) check(cmd *cobra.Command) error {
	if err := oneOf(cmd, "pull", f.pull, "always", "missing", "never"); err != nil {
		return err
	}
	for _, p := range f.publish {
		if _, err := translate.ParsePublish(p); err != nil {
			return usage(seeHelp(cmd), "--%s", err)
		}
	}
	return nil
}

// options are the flags as translate wants them, for one pod.
func (f *podFlags) options(cmd *cobra.Command, o *podspec.Object) translate.Options {
	opts := translate.Options{
		Network: f.network, Publish: f.publish, PublishAll: f.publishAll,
		Pull: f.pull, PauseImage: f.pauseImage,
	}
	if f.pull == "" {
		opts.AssumedAlways = assumedAlways(o)
	}
	if cmd.Flags().Changed("share-pid") {
		opts.SharePID = &f.sharePID
	}
	return opts
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

// registerNamespace adds -n to a command that deals with pods by name.
func registerNamespace(cmd *cobra.Command, namespace *string) {
	cmd.Flags().StringVarP(namespace, "namespace", "n", "", "namespace of the pod (default, or what the manifest says)")
}

// namespaceOr is the namespace that -n gives, or Kubernetes' default.
func namespaceOr(namespace string) string {
	if namespace == "" {
		return v1.NamespaceDefault
	}
	return namespace
}
