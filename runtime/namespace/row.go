package namespace

import (
	"slices"

	"github.com/minipod/minipod/runtime/translate"
)

// The owners of a namespace that containers share.
const (
	OwnerPause   = "pause"   // the pause made it, containers have joined it
	OwnerMachine = "machine" // it is the machine's own
)

// Row is one kind of namespace over all containers.
type Row struct {
	Kind Kind `json:"kind"`
	// Owner is whose namespace all running containers are in; empty where
	// they are not all in one.
	Owner string `json:"owner,omitempty"`
	// Groups are the running containers by namespace: those in one group are
	// in the same.
	Groups []Group `json:"groups"`
	// What says what a namespace of this kind is, Why how this pod has it.
	What string `json:"what"`
	Why  string `json:"why"`

	machine uint64 // the machine's own of the kind; 0 where that is not known
}

// Group are containers in one namespace.
type Group struct {
	Inode      uint64   `json:"inode"`
	Containers []string `json:"containers"`
}

func rowOf(k Kind, containers []Container, b *translate.Blueprint) Row {
	r := Row{Kind: k, Groups: groups(k, containers), What: what(k)}
	if len(r.Groups) == 1 {
		r.Owner = owner(r, b)
	}
	r.Why = why(r, containers, b)
	r.machine = r.ofMachine(b)
	return r
}

// ofMachine is the machine's namespace, as far as the pod tells: where it is not
// the kernel's first one that is what the containers are in, or those beside the
// pause.
func (r Row) ofMachine(b *translate.Blueprint) uint64 {
	last := len(r.Groups) - 1
	if r.Owner == OwnerMachine || last == 1 && fromMachine(r.Kind, b) {
		return r.Groups[last].Inode
	}
	return first(r.Kind)
}

// groups are in the order of their first containers.
func groups(k Kind, containers []Container) []Group {
	list := []Group{}
	for _, c := range containers {
		inode := c.Inodes[k]
		if inode == 0 {
			continue
		}
		at := slices.IndexFunc(list, func(g Group) bool { return g.Inode == inode })
		if at < 0 {
			at = len(list)
			list = append(list, Group{Inode: inode})
		}
		list[at].Containers = append(list[at].Containers, c.Name)
	}
	return list
}

// owner is whose the one namespace of all running containers is; of one that
// runs alone, the pause, this tells nothing where each has its own.
func owner(r Row, b *translate.Blueprint) string {
	alone := len(r.Groups[0].Containers) == 1
	switch {
	case r.Groups[0].Inode == first(r.Kind), r.Kind != UTS && fromMachine(r.Kind, b):
		return OwnerMachine
	case meant(r.Kind, b):
		return OwnerPause
	case !alone:
		return OwnerMachine // not the kernel's first one, but the engine's own
	}
	return ""
}

// fromMachine reports whether the pod asks for the machine's namespace of a
// kind. An engine that runs in a container has its own: that is the machine's
// then. The pause keeps a UTS namespace of its own.
func fromMachine(k Kind, b *translate.Blueprint) bool {
	switch k {
	case Net, UTS:
		return b.Pod.Spec.HostNetwork
	case IPC:
		return b.Pod.Spec.HostIPC
	case PID:
		return b.Pod.Spec.HostPID
	}
	return false
}

// meant reports whether the pause is to own the namespace that all containers
// are in.
func meant(k Kind, b *translate.Blueprint) bool {
	switch k {
	case Net, IPC:
		return !fromMachine(k, b)
	case PID:
		return b.SharesPID
	}
	return false
}
