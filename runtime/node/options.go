package node

import (
	"context"
	"encoding/json"
	"slices"

	v1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"

	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// Allowed is what of the node pods may use: a kubelet's configuration.
type Allowed struct {
	// Profile reads a seccomp profile of the node by its name; an error is
	// one that the node does not have.
	Profile func(name string) (string, error)
	// UnsafeSysctls are sysctls that pods may set beside the safe ones.
	UnsafeSysctls []string
	// API says that pods reach the API.
	API bool
}

// Allow says what of the node pods may use, before the first is made.
func (n *Node) Allow(a Allowed) { n.allowed = a }

// options are what is decided of a new pod beside its manifest. Kubernetes'
// tools made the pod, so one that is silent about the PID namespace gets
// Kubernetes' default.
func (n *Node) options(ctx context.Context, pod *v1.Pod) (translate.Options, error) {
	own := false
	opts := translate.Options{SharePID: &own, AssumedAlways: assumedAlways(pod), UnsafeSysctls: n.allowed.UnsafeSysctls, API: n.allowed.API}
	opts.Seccomp = n.profiles(pod)
	if confined := translate.AsksForSecurityModule(pod); confined || pod.Spec.Resources != nil {
		info, err := n.engine.Info(ctx)
		if err != nil {
			return opts, err
		}
		opts.PodCgroup = info.PodCgroups && pod.Spec.Resources != nil
		opts.NoAppArmor, opts.NoSELinux = confined && !info.AppArmor(), confined && !info.SELinux()
	}
	if pod.Spec.RuntimeClassName == nil {
		return opts, nil
	}
	var err error
	if opts.Runtime, err = n.handler(ctx, *pod.Spec.RuntimeClassName); err != nil {
		return opts, err
	}
	known, err := n.Runtimes(ctx)
	opts.NoRuntime = !slices.Contains(known, opts.Runtime)
	return opts, err
}

// profiles are the seccomp profiles that a pod names. One that cannot be read
// is left out: the pod is turned away for it.
func (n *Node) profiles(pod *v1.Pod) map[string]string {
	if n.allowed.Profile == nil {
		return nil
	}
	var found map[string]string
	for _, name := range translate.SeccompProfiles(pod) {
		text, err := n.allowed.Profile(name)
		if err != nil {
			continue
		}
		if found == nil {
			found = map[string]string{}
		}
		found[name] = text
	}
	return found
}

// handler is the engine's runtime that a runtime class stands for: one that
// nobody has made is named like its runtime.
func (n *Node) handler(ctx context.Context, class string) (string, error) {
	found, err := n.engine.Records(ctx, translate.LabelObject+"="+object.RuntimeClasses)
	if err != nil {
		return "", err
	}
	var all []object.Record
	for _, f := range found {
		if r, ok := object.Decode(f); ok {
			all = append(all, r)
		}
	}
	for _, r := range object.Newest(all) {
		var kept nodev1.RuntimeClass
		if r.Name == class && json.Unmarshal(r.JSON, &kept) == nil && kept.Handler != "" {
			return kept.Handler, nil
		}
	}
	return class, nil
}
