package tell

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Narrator tells what is made of a pod while it is made: it is a
// loop.Observer.
type Narrator struct {
	Console
	blueprint *translate.Blueprint
	pulls     *pulls

	mu     sync.Mutex
	failed map[string]bool // the units whose image's registry could not be reached
	told   map[string]bool // the containers whose start was told of, by name
}

// NewNarrator tells of the pod of a Blueprint.
func NewNarrator(c Console, b *translate.Blueprint) *Narrator {
	return &Narrator{Console: c, blueprint: b, pulls: newPulls(c), failed: map[string]bool{}, told: map[string]bool{}}
}

// Rest tells of what another process has started of the pod: a serve that
// keeps all pods, or another run.
func (n *Narrator) Rest(w plan.World) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if w.Pause == nil || w.Pause.State != plan.Running {
		return
	}
	if !n.told[n.blueprint.Pause.Name] {
		n.pauseStarted()
	}
	for _, u := range n.blueprint.Units {
		if c := w.Latest(u.Name); c != nil && c.State == plan.Running && !n.told[c.Name] {
			n.unitStarted(u, c.Name)
		}
	}
}

// Close takes away what is on the terminal for the time being.
func (n *Narrator) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pulls.clear()
}

// Saw is of no news: what is done tells more.
func (n *Narrator) Saw(plan.World, plan.Step) {}

// Began is of no news either.
func (n *Narrator) Began(plan.World, plan.Op) {}

// Progress shows how a pull goes on.
func (n *Narrator) Progress(p engine.Progress) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pulls.progress(p)
}

// Done tells of an operation that ended. One that failed is told of at the
// end, by whoever ran the pod, unless it is a pull that may be forgiven.
func (n *Narrator) Done(_ plan.World, op plan.Op, took time.Duration, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if op.Kind == plan.PullImage {
		n.pulls.done(op.Target, took, err)
		n.failed[op.Unit] = errors.Is(err, plan.ErrUnreachable)
	}
	if err != nil {
		return
	}
	n.pulls.clear()
	n.done(op)
}

func (n *Narrator) done(op plan.Op) {
	switch op.Kind {
	case plan.CreatePause:
		n.Say("pause %s created: it is the pod", n.blueprint.Pause.Name)
	case plan.StartPause:
		n.pauseStarted()
	case plan.CreateUnit:
		if n.failed[op.Unit] {
			n.Warn("image " + op.Request.Config.Image + ": the registry cannot be reached; the local image is used")
		}
	case plan.StartUnit:
		if u, known := n.blueprint.Unit(op.Unit); known {
			n.unitStarted(u, n.container(op))
		}
	case plan.StopUnit:
		n.Say("container %s stopped", n.container(op))
	case plan.RemoveUnit:
		n.Say("container %s removed", n.container(op))
	case plan.RemovePause:
		n.Say("pause %s removed, and the pod with it", n.blueprint.Pause.Name)
	}
}

func (n *Narrator) container(op plan.Op) string {
	return translate.ContainerName(n.blueprint.Pod, op.Unit, op.Attempt)
}

// pauseStarted says which namespaces the pause owns, and who will share them.
func (n *Narrator) pauseStarted() {
	b := n.blueprint
	n.told[b.Pause.Name] = true
	n.Say("pause %s started: owns %s", b.Pause.Name, namespaces(owned(b)))
	pid := "one for each container"
	switch {
	case b.Pod.Spec.HostPID:
		pid = "the engine's machine's"
	case b.SharesPID:
		pid = "one for all containers"
	}
	n.Say("  PID namespace: %s (%s)", pid, b.PIDWhy)
	if b.Pod.Spec.HostNetwork {
		n.Say("  network: the engine's machine's (spec.hostNetwork)")
	}
	for _, p := range published(b.Pause.Host) {
		n.Say("  publishes %s", p)
	}
}

func (n *Narrator) unitStarted(u translate.Unit, container string) {
	n.told[container] = true
	n.Say("container %s started: image %s, joined %s of %s",
		container, u.Container.Image, namespaces(joined(u.Request.Host)), n.blueprint.Pause.Name)
}

// owned are the namespaces that are the pause's own, not the machine's.
func owned(b *translate.Blueprint) []string {
	var list []string
	h := b.Pause.Host
	if !h.NetworkMode.IsHost() {
		list = append(list, "network")
	}
	if !h.IpcMode.IsHost() {
		list = append(list, "IPC")
	}
	if b.SharesPID {
		list = append(list, "PID")
	}
	return list
}

// joined are the namespaces of the pause that a container is in.
func joined(h *container.HostConfig) []string {
	var list []string
	if h.NetworkMode.IsContainer() {
		list = append(list, "network")
	}
	if h.IpcMode.IsContainer() {
		list = append(list, "IPC")
	}
	if h.PidMode.IsContainer() {
		list = append(list, "PID")
	}
	return list
}

func namespaces(list []string) string {
	switch len(list) {
	case 0:
		return "no namespace"
	case 1:
		return "the " + list[0] + " namespace"
	}
	last := len(list) - 1
	return "the " + strings.Join(list[:last], ", ") + " and " + list[last] + " namespaces"
}

// published words the ports of a pause: 0.0.0.0:8080 -> 80/tcp.
func published(h *container.HostConfig) []string {
	var list []string
	for _, port := range sortedPorts(h.PortBindings) {
		for _, b := range h.PortBindings[port] {
			host := b.HostPort
			if host == "" {
				host = "a free port"
			}
			if b.HostIP != "" {
				host = b.HostIP + ":" + host
			}
			list = append(list, host+" -> "+string(port))
		}
	}
	return list
}
