package translate

import (
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/access"
)

// Inputs are what is known only when a container is made: what the fields of
// a pod say about the rest of the world. The zero value is a world that is
// not known yet.
type Inputs struct {
	// PodIPs are the pod's addresses, IPv4 first: nil before its pause runs,
	// empty where it has none even then.
	PodIPs []string
	// HostIPs are the addresses of the engine's machine.
	HostIPs []string
	// Node is the name of the engine's machine.
	Node string
	// Allocatable is what of the machine a pod may have: of its disk only
	// when the pod's pause runs, which tells.
	Allocatable v1.ResourceList
	// ConfigMaps and Secrets are those of the pod's namespace that the pod
	// refers to, by name. One that is not among them does not exist.
	ConfigMaps map[string]*v1.ConfigMap
	Secrets    map[string]*v1.Secret
	// Services are those of the pod's namespace, by name.
	Services []*v1.Service
	// Files are those of volumes that the pod's variables come from.
	Files map[EnvFile][]byte
	// ImageUser is the user that the image of the container to be made names.
	ImageUser string
	// Claims are the PersistentVolumeClaims that the pod's volumes name.
	Claims map[string]*v1.PersistentVolumeClaim
	// API is how pods reach the API; nil where nobody has served it to pods yet.
	API *access.API
	// Now is when a volume is filled, for the tokens in it.
	Now time.Time
	// Symbolic has a token stand for what only an engine can tell: see Token.
	Symbolic bool
}

// Missing says what keeps a container from being made, or a volume from being
// filled.
type Missing struct {
	// Early says that nothing is wrong: the pod's pause has to run first.
	Early bool
	// Reason is the kubelet's word for it. Volumes have none.
	Reason  string
	Message string // the kubelet's
	Field   string // of the manifest, which asks for it
	Lack    Lack   // empty where nothing can be made or named for it
	Have    string // what there is instead: see Lack
}

func (m *Missing) Error() string { return m.Message }

// ReasonConfigError is the kubelet's word for a container whose configuration
// cannot be put together.
const ReasonConfigError = "CreateContainerConfigError"

// Needs are the inputs that containers and volumes ask for, so that no others are looked
// up.
type Needs struct {
	Machine             bool // HostIPs, Node, Allocatable but for the disk
	Disk                bool
	PodIPs              bool
	ConfigMaps, Secrets []string // by name, each once
	Claims              []string
	PullSecrets         []string // which may be missing
	Files               []EnvFile
	Services            bool
	API                 bool
}

// Needs are the needs of the pod's volumes and of some of its units: of those
// whose containers are to be made.
func (b *Blueprint) Needs(units []Unit) Needs {
	needs := NeedsOf(units)
	b.volumeNeeds(&needs)
	return needs
}

// NeedsOf are the needs of units.
func NeedsOf(units []Unit) Needs {
	var needs Needs
	for _, u := range units {
		u.environmentNeeds(&needs)
		needs.Machine = needs.Machine || u.burstable()
		needs.PodIPs = needs.PodIPs || u.parted()
		needs.Services = needs.Services || linked(u.pod)
		needs.API = needs.API || u.api
		for _, ref := range u.pod.Spec.ImagePullSecrets {
			needs.PullSecrets = once(needs.PullSecrets, ref.Name)
		}
	}
	return needs
}

func (n *Needs) configMap(name string) { n.ConfigMaps = once(n.ConfigMaps, name) }
func (n *Needs) secret(name string)    { n.Secrets = once(n.Secrets, name) }

func once[T comparable](names []T, name T) []T {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}
