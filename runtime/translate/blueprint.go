// Package translate turns a Pod into the Docker requests that make it, and
// says for each Docker field which pod field it came from. New gives the
// shape, all that is known before anything runs; Attempt adds what is known
// only when a container is made.
//
// It holds values and functions only: no context, clock, goroutine or I/O.
package translate

import (
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	v1 "k8s.io/api/core/v1"
)

// Options are what the options of `run` (or `serve`) decide about a pod. They
// are written down in a label beside the manifest, so that whoever goes on
// with the pod decides the same.
type Options struct {
	// Network is the Docker network of the pause; empty is the engine's default bridge.
	Network string `json:"network,omitempty"`
	// SharePID says what a manifest that is silent about
	// shareProcessNamespace gets; nil is true.
	SharePID *bool `json:"sharePID,omitempty"`
	// Publish are more ports to publish: [ip:][host:]container[/proto].
	Publish []string `json:"publish,omitempty"`
	// PublishAll publishes every containerPort on the same number.
	PublishAll bool `json:"publishAll,omitempty"`
	// Pull overrides every pull policy: always, missing or never; empty is
	// what the manifest says.
	Pull string `json:"pull,omitempty"`
	// Runtime is the engine's runtime that runs the pod: what the handler of
	// its runtime class is called. Empty is the name of the class.
	Runtime string `json:"runtime,omitempty"`
	// NoRuntime says that the engine has no such runtime: the pod is not started.
	NoRuntime bool `json:"noRuntime,omitempty"`
	// PodCgroup says that the pod has a cgroup of its own, with the limits of
	// spec.resources. That is decided when it is made.
	PodCgroup bool `json:"podCgroup,omitempty"`
	// NoAppArmor says that the engine's machine has no AppArmor.
	NoAppArmor bool `json:"noAppArmor,omitempty"`
	// NoSELinux says that the engine sets no labels of SELinux.
	NoSELinux bool `json:"noSELinux,omitempty"`
	// Seccomp are the profiles that the manifest names, by name: JSON.
	Seccomp map[string]string `json:"seccomp,omitempty"`
	// UnsafeSysctls are the sysctls that are allowed beside the safe ones:
	// names, or patterns that end in "*".
	UnsafeSysctls []string `json:"unsafeSysctls,omitempty"`
	// API says that the pod is told where the API is, and given tokens for it:
	// see Inputs.API.
	API bool `json:"api,omitempty"`
	// PauseImage is the image of the pause container.
	PauseImage string `json:"pauseImage,omitempty"`
	// AssumedAlways are the containers whose pull policy Always came from
	// the default: they fall back to the local image when the registry
	// cannot be reached.
	AssumedAlways []string `json:"assumedAlways,omitempty"`
}

// Blueprint is a pod as Docker requests: what, not when.
type Blueprint struct {
	Pod     *v1.Pod
	Options Options
	Pause   Request
	Volumes []Volume
	Units   []Unit
	// Notes are the fields of the pod that are not honoured, or not yet.
	Notes []Note
	// SharesPID and PIDWhy say whether the containers join the pause's PID
	// namespace, and which field, option or default decided it.
	SharesPID bool
	PIDWhy    string
}

// Request is the body of one POST /containers/create, and its name.
type Request struct {
	Name    string
	Config  *container.Config
	Host    *container.HostConfig
	Network *network.NetworkingConfig
	// OOMScore is a token in the place of HostConfig.OomScoreAdj, where only
	// an engine can tell: see Inputs.Symbolic.
	OOMScore string
	// Parts are mounted like HostConfig.Mounts.
	Parts []Part
	// Deep are the volumes of which all that is mounted below has to be read only.
	Deep []string
	// Shallow are the paths in the container of hostPaths that are read only
	// without what is mounted below them.
	Shallow []string
	// Origins tells where each Docker field came from.
	Origins []Origin
}

// Origin says that a Docker field came from a field of the pod (a path such
// as spec.hostname), or, where no field did, why it is there.
type Origin struct {
	Docker string // as in the API: Config.Hostname, HostConfig.PidMode
	From   string // as in the manifest, or a reason in words
}

// Volume is one volume of the manifest that is a Docker volume. It is mounted
// by the pause for the pod's whole life.
type Volume struct {
	Name   string       // in the manifest
	Docker string       // its Docker name
	Claim  string       // the claim that it stands for; empty for a volume of the pod's own
	Target string       // where the pause mounts it: /volumes/NAME
	Image  *ImageSource // whose files it holds; nil for another volume
	Memory bool         // a tmpfs: filled after the pause has started
	Mode   int64        // of its root, with setgid and sticky bits
	GID    int          // of its root
	// Change says when the files that a claim holds are given to GID; empty is never.
	Change v1.PodFSGroupChangePolicy
}

// Kind tells the containers of a pod apart.
type Kind int

// The kinds of units, in the order they start.
const (
	Init Kind = iota
	Sidecar
	App
	Ephemeral
)

// Unit is one container of the manifest.
type Unit struct {
	Name      string
	Kind      Kind
	Path      string // in the manifest: spec.containers[0]
	Container *v1.Container
	// Request is the shape of every attempt: without environment, command
	// and args, which Attempt works out when one is made.
	Request Request
	// Pull is the policy in force. Lenient falls back to the local image
	// when the registry cannot be reached.
	Pull    v1.PullPolicy
	Lenient bool
	// Hash stands for the container's spec.
	Hash string
	// Restart is the policy in force.
	Restart v1.RestartPolicy
	// Target is the unit whose PID namespace an ephemeral container joins;
	// empty for none, or where all share one anyway. See In.
	Target string

	pod   *v1.Pod
	api   bool  // see Options.API
	asker asker // of allotments
	slot  int   // where it stands among the units
}

// Note says that a field of the pod is not honoured.
type Note struct {
	Field   string // spec.containers[0].livenessProbe
	Message string // what happens instead
	Fatal   bool   // leaving it out would make a wrong pod
	Reason  string // the node's word for turning the pod away; empty is NotSupported
}

// Unit finds a unit by its name.
func (b *Blueprint) Unit(name string) (Unit, bool) {
	for _, u := range b.Units {
		if u.Name == name {
			return u, true
		}
	}
	return Unit{}, false
}
