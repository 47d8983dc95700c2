package namespace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/translate"
)

// what says what a namespace of a kind holds.
func what(k Kind) string {
	switch k {
	case Net:
		return "Interfaces, addresses, routes and ports."
	case IPC:
		return "Shared memory, semaphores and message queues."
	case PID:
		return "The processes that are seen, and their numbers."
	case UTS:
		return "The hostname."
	case Mount:
		return "The tree of files."
	case Cgroup:
		return "The groups that limits of CPU and memory are set on, as they are seen."
	case User:
		return "User numbers, and what they may do."
	}
	return ""
}

// why says why the containers share a namespace or do not: from the pod's own
// fields where it can choose, else from what was seen.
func why(r Row, containers []Container, b *translate.Blueprint) string {
	text := ""
	switch r.Kind {
	case Net:
		text = whyNet(b)
	case IPC:
		text = whyIPC(b)
	case PID:
		text = whyPID(r, b)
	case UTS:
		text = whyUTS(b)
	case Mount:
		text = "Each container has its own, made from its image: volumes are what they share."
	case Cgroup:
		text = whyCgroup(r)
	case User:
		text = whyUser(r)
	}
	return text + astray(r, containers, b)
}

func whyNet(b *translate.Blueprint) string {
	if fromMachine(Net, b) {
		return "hostNetwork is true: the pod has the machine's, with its addresses and ports."
	}
	return "The pause made it and the containers join it: one address for the pod, and localhost between its containers."
}

func whyIPC(b *translate.Blueprint) string {
	if fromMachine(IPC, b) {
		return "hostIPC is true: the pod has the machine's."
	}
	return "The pause made it and the containers join it, as in every pod."
}

func whyPID(r Row, b *translate.Blueprint) string {
	const apart = "each container has its own, with a process 1 of its own"
	share := b.Pod.Spec.ShareProcessNamespace
	switch {
	case fromMachine(PID, b):
		return "hostPID is true: the pod has the machine's, and sees all its processes."
	case share != nil && *share:
		return "shareProcessNamespace is true: the containers join the pause's, and the pause is process 1."
	case share != nil:
		return "shareProcessNamespace is false: " + apart + "." + targets(b, r)
	case b.SharesPID:
		return "shareProcessNamespace is not set: minipod run shares the pause's; --share-pid=false makes it Kubernetes' default."
	}
	return "shareProcessNamespace is not set: " + apart + ", which is Kubernetes' default." + targets(b, r)
}

// targets names the ephemeral containers that look into another one.
func targets(b *translate.Blueprint, r Row) string {
	text := ""
	for _, u := range b.Units {
		if u.Target != "" && slices.ContainsFunc(r.Groups, func(g Group) bool { return slices.Contains(g.Containers, u.Name) }) {
			text += fmt.Sprintf(" %s was put into that of %s.", u.Name, u.Target)
		}
	}
	return text
}

func whyUTS(b *translate.Blueprint) string {
	if fromMachine(UTS, b) {
		return "hostNetwork is true, and with it the containers have the machine's hostname."
	}
	return "Docker cannot share it: each container has its own, with the same hostname."
}

func whyCgroup(r Row) string {
	if r.Owner == OwnerMachine {
		return "The machine's: the engine makes none for containers, as is usual with cgroup v1. Their limits hold all the same."
	}
	return "The engine makes one for each container, which sees its own group as the root."
}

func whyUser(r Row) string {
	switch {
	case r.Owner == OwnerMachine && r.Groups[0].Inode == first(User):
		return "The machine's: Docker has none for one pod. Root in a container is the machine's root, with fewer rights."
	case r.Owner == OwnerMachine:
		return "The engine's, for all containers. Root in a container is an ordinary user of the machine."
	}
	return "The engine makes them (userns-remap). Root in a container is an ordinary user of the machine."
}

// astray names the running containers that are not in the namespace of the
// pause, though they are meant to be.
func astray(r Row, containers []Container, b *translate.Blueprint) string {
	if !meant(r.Kind, b) || len(r.Groups) < 2 {
		return ""
	}
	var names []string
	reason := ""
	for _, c := range containers {
		if inode := c.Inodes[r.Kind]; inode != 0 && inode != r.Groups[0].Inode {
			names = append(names, c.Name)
		}
		if c.stale {
			reason = " (started before the pause that runs now)"
		}
	}
	return fmt.Sprintf(" Not in it: %s%s.", strings.Join(names, ", "), reason)
}
