package tell

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/translate"
)

// membership is in which namespaces of its pod a container is: those that the
// pause has made, and those of the machine that the pod asks for.
type membership struct{ pod, machine []string }

// ofPause is what the pause is in.
func ofPause(b *translate.Blueprint) membership {
	h := b.Pause.Host
	kinds := []string{"network", "IPC", "PID"}
	if !b.SharesPID && !h.PidMode.IsHost() {
		kinds = kinds[:2]
	}
	machine := map[string]bool{"network": h.NetworkMode.IsHost(), "IPC": h.IpcMode.IsHost(), "PID": h.PidMode.IsHost()}
	var m membership
	for _, kind := range kinds {
		if machine[kind] {
			m.machine = append(m.machine, kind)
		} else {
			m.pod = append(m.pod, kind)
		}
	}
	return m
}

// ofUnit is what a container is in. It joins the pause also where that is in the
// machine's.
func ofUnit(b *translate.Blueprint, u translate.Unit) membership {
	pause := ofPause(b)
	in := joined(u.Request.Host)
	foreign := func(kind string) bool { return !slices.Contains(in, kind) }
	return membership{slices.DeleteFunc(pause.pod, foreign), slices.DeleteFunc(pause.machine, foreign)}
}

// joined are the namespaces that a container shares with the pause or with the
// machine.
func joined(h *container.HostConfig) []string {
	var list []string
	if h.NetworkMode.IsContainer() || h.NetworkMode.IsHost() {
		list = append(list, "network")
	}
	if h.IpcMode.IsContainer() || h.IpcMode.IsHost() {
		list = append(list, "IPC")
	}
	if h.PidMode.IsContainer() || h.PidMode.IsHost() {
		list = append(list, "PID")
	}
	return list
}

// words says it, verb being what is done with those of the pod. That both are
// namespaces is said once: it is to fit a line.
func (m membership) words(verb, of string) string {
	own, machines := verb+" the "+namespaces(m.pod)+of, "uses the machine's "
	switch {
	case len(m.pod)+len(m.machine) == 0:
		return verb + " no namespace"
	case len(m.machine) == 0:
		return own
	case len(m.pod) == 0:
		return machines + namespaces(m.machine)
	}
	return own + ", " + machines + listed(m.machine)
}

// after says it in short behind the words of the pause.
func (m membership) after(pause membership) string {
	same := slices.Equal(m.pod, pause.pod) && slices.Equal(m.machine, pause.machine)
	switch {
	case !same || len(m.pod)+len(m.machine) < 2:
		return m.words("joined", "")
	case len(m.machine) > 0:
		return "uses them"
	}
	return "joined them"
}

func namespaces(list []string) string {
	if len(list) == 1 {
		return list[0] + " namespace"
	}
	return listed(list) + " namespaces"
}

func listed(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}
