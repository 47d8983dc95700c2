package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"
)

// DefaultPauseImage is the image of the pause container, made by minipod
// itself and loaded into the engine: nothing is pulled for it.
const DefaultPauseImage = "minipod/pause:1.8"

// New is the Blueprint of a pod that is defaulted and valid, and has a UID.
// It never fails: what cannot be honoured is among the Notes.
func New(pod *v1.Pod, opts Options) *Blueprint {
	b := &Blueprint{Pod: pod, Options: opts}
	b.SharesPID, b.PIDWhy = sharesPID(pod, opts)
	b.Volumes = volumes(pod, opts)
	b.Pause = pauseRequest(b)
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		b.Units = append(b.Units, b.unit(c, initKind(c), fmt.Sprintf("spec.initContainers[%d]", i)))
	}
	for i := range pod.Spec.Containers {
		b.Units = append(b.Units, b.unit(&pod.Spec.Containers[i], App, fmt.Sprintf("spec.containers[%d]", i)))
	}
	for i := range pod.Spec.EphemeralContainers {
		b.Units = append(b.Units, b.ephemeral(&pod.Spec.EphemeralContainers[i], fmt.Sprintf("spec.ephemeralContainers[%d]", i)))
	}
	b.Notes = notes(b)
	return b
}

func initKind(c *v1.Container) Kind {
	if c.RestartPolicy != nil && *c.RestartPolicy == v1.ContainerRestartPolicyAlways {
		return Sidecar
	}
	return Init
}

// sharesPID decides between the pause's PID namespace and one for each
// container, and says why.
func sharesPID(pod *v1.Pod, opts Options) (shares bool, why string) {
	switch {
	case pod.Spec.HostPID:
		return false, "spec.hostPID"
	case pod.Spec.ShareProcessNamespace != nil:
		return *pod.Spec.ShareProcessNamespace, "spec.shareProcessNamespace"
	case opts.SharePID != nil:
		return *opts.SharePID, fmt.Sprintf("--share-pid=%t (the manifest is silent)", *opts.SharePID)
	default:
		return true, "the manifest is silent; Kubernetes' default is --share-pid=false"
	}
}

// unit is one container as Docker makes it.
func (b *Blueprint) unit(c *v1.Container, kind Kind, path string) Unit {
	u := Unit{Name: c.Name, Kind: kind, Path: path, Container: c, pod: b.Pod, api: b.Options.API, asker: b.asker(c), slot: len(b.Units)}
	u.Pull, u.Lenient = pullPolicy(c, b.Options)
	u.Restart = restartPolicy(b.Pod, c, kind)
	u.Hash = hash(c)
	u.Request = b.unitRequest(u)
	return u
}

func restartPolicy(pod *v1.Pod, c *v1.Container, kind Kind) v1.RestartPolicy {
	if c.RestartPolicy != nil {
		return v1.RestartPolicy(*c.RestartPolicy)
	}
	if kind == Init && pod.Spec.RestartPolicy == v1.RestartPolicyAlways {
		return v1.RestartPolicyOnFailure
	}
	return pod.Spec.RestartPolicy
}

// pullPolicy is the policy in force, and whether a registry that cannot be
// reached is forgiven where the image is there.
func pullPolicy(c *v1.Container, opts Options) (policy v1.PullPolicy, lenient bool) {
	switch opts.Pull {
	case "always":
		return v1.PullAlways, false
	case "missing":
		return v1.PullIfNotPresent, false
	case "never":
		return v1.PullNever, false
	}
	return c.ImagePullPolicy, slices.Contains(opts.AssumedAlways, c.Name)
}

// hash stands for what a running container cannot be given anew. Its
// resources can: the engine updates them in place.
func hash(c *v1.Container) string {
	fixed := c.DeepCopy()
	fixed.Resources = v1.ResourceRequirements{}
	sum := sha256.Sum256([]byte(encode(fixed)))
	return hex.EncodeToString(sum[:6])
}

// newRequest is a request that the makers of its parts write into.
func newRequest(name, image string) Request {
	r := Request{Name: name, Config: &container.Config{Image: image, Labels: map[string]string{}}, Host: &container.HostConfig{}}
	return r
}

// from records where a Docker field came from.
func (r *Request) from(docker, from string) {
	r.Origins = append(r.Origins, Origin{Docker: docker, From: from})
}

// Origin is where a Docker field came from; empty when nothing set it.
func (r *Request) Origin(docker string) string {
	for _, o := range r.Origins {
		if o.Docker == docker {
			return o.From
		}
	}
	return ""
}
