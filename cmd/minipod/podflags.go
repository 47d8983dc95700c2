package main

import (
	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
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
	profiles   string
	sysctls    []string

	apart bool // each file is a run of its own
}

func (f *podFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	registerNamespace(cmd, &f.namespace)
	flags.StringVar(&f.network, "network", "", "Docker `network` of the pod (the engine's default bridge)")
	offer(cmd, "network", completeNetworks)
	flags.BoolVar(&f.sharePID, "share-pid", true, "PID namespace of a pod whose manifest is silent: one for all its containers; =false is Kubernetes' default")
	flags.VarP(value.NewPorts(&f.publish), "publish", "p", "publish a port: `[IP:][HOST:]CONTAINER[/PROTO]`")
	flags.BoolVarP(&f.publishAll, "publish-all", "P", false, "publish every containerPort on the same number")
	flags.Var(value.NewPull(&f.pull), "pull", "when to pull images, whatever the manifest says: `always|missing|never`")
	complete(cmd, "pull", []string{"always", "missing", "never"})
	flags.StringVar(&f.pauseImage, "pause-image", "", "`image` of the pause container (minipod's own, never pulled)")
	flags.StringVar(&f.profiles, "seccomp-root", "", "`folder` of seccomp profiles of type Localhost (the manifest's, or else "+manifest.NodeProfiles+")")
	flags.StringSliceVar(&f.sysctls, "allowed-unsafe-sysctls", nil, "sysctls that pods may set beside the safe ones, or `patterns` that end in *")
	flags.BoolVar(&f.strict, "strict", false, "take warnings about the manifest for errors")
}

// options are the flags as manifest wants them.
func (f *podFlags) options(cmd *cobra.Command) manifest.Options {
	opts := manifest.Options{
		Namespace: f.namespace, Strict: f.strict, Apart: f.apart, Profiles: f.profiles,
		Pod: translate.Options{
			Network: f.network, Publish: f.publish, PublishAll: f.publishAll,
			Pull: f.pull, PauseImage: f.pauseImage, UnsafeSysctls: f.sysctls,
		},
	}
	if cmd.Flags().Changed("share-pid") {
		opts.Pod.SharePID = &f.sharePID
	}
	return opts
}

// read reads and checks the manifests that args name.
func (f *podFlags) read(cmd *cobra.Command, io streams, args []string) *manifest.Reading {
	return manifest.Read(cmd.Context(), io.manifests(), args, f.options(cmd))
}

// registerNamespace adds -n to a command that deals with pods by name.
func registerNamespace(cmd *cobra.Command, namespace *string) {
	cmd.Flags().VarP(value.NewNamespace(namespace), "namespace", "n", "`namespace` of the pod (default, or what the manifest says)")
	offer(cmd, "namespace", completeNamespaces)
}

// namespaceOr is the namespace that -n gives, or Kubernetes' default.
func namespaceOr(namespace string) string {
	if namespace == "" {
		return v1.NamespaceDefault
	}
	return namespace
}
