// Package namespace is what `minipod ns` shows of a pod: the namespaces of its
// containers, which of them share one and why, and the volumes that they
// share.
//
// It holds values and functions only: no context, clock, goroutine or I/O.
// What the kernel says is read by package docker.
package namespace

// Kind is a kind of namespace, named as in /proc/PID/ns.
type Kind string

// The kinds.
const (
	Net    Kind = "net"
	IPC    Kind = "ipc"
	PID    Kind = "pid"
	UTS    Kind = "uts"
	Mount  Kind = "mnt"
	Cgroup Kind = "cgroup"
	User   Kind = "user"
)

// Kinds are the kinds in the order in which they are shown: what a pod shares
// comes first.
func Kinds() []Kind { return []Kind{Net, IPC, PID, UTS, Mount, Cgroup, User} }

// Process is the main process of a container, as the engine's machine sees it.
type Process struct {
	PID    int
	Inodes map[Kind]uint64 // the inode tells one namespace from another
}

// first is the inode of the namespace that the kernel itself begins with: the
// machine's own. Only these kinds have one that is always the same
// (include/linux/proc_ns.h).
func first(k Kind) uint64 {
	switch k {
	case IPC:
		return 0xEFFFFFFF
	case UTS:
		return 0xEFFFFFFE
	case User:
		return 0xEFFFFFFD
	case PID:
		return 0xEFFFFFFC
	case Cgroup:
		return 0xEFFFFFFB
	}
	return 0
}
