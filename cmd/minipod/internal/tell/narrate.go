package tell

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Detail is how much is told of what is done.
type Detail int

// The details: nothing but trouble, a line for each container, or each
// operation.
const (
	Brief Detail = iota
	Quiet
	Full
)

// Narrator tells what is made of a pod while it is made, and what is waited
// for: it is a loop.Observer.
type Narrator struct {
	*Waiting
	detail    Detail
	blueprint *translate.Blueprint
	pulls     *pulls

	mu     sync.Mutex
	failed map[string]bool // the units whose image's registry could not be reached
	silent map[string]bool // those that were told of
	// clashes tells that ports were told of which two containers declare.
	clashes bool
	starts
}

// NewNarrator tells of the pod of a Blueprint: of all of one that is made under
// its eyes, and else of what comes after its first look.
func NewNarrator(c Console, b *translate.Blueprint, detail Detail) *Narrator {
	n := &Narrator{detail: detail, blueprint: b, pulls: newPulls(c, detail), failed: map[string]bool{}, silent: map[string]bool{}}
	n.Waiting = NewWaiting(c, "")
	n.before = n.pulls.clear
	return n
}

// From has it tell of what comes after a look that was taken before.
func (n *Narrator) From(w plan.World) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.starts = startsAfter(w)
}

// Close ends the telling, and takes away what is on the terminal for the time
// being.
func (n *Narrator) Close() {
	n.Waiting.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pulls.clear()
	n.tellStarts(nil)
}

// Saw tells of what was started since the last look, whoever did it: this
// process, a supervisor, or another run.
func (n *Narrator) Saw(w plan.World, s plan.Step) {
	n.Waiting.Saw(w, s)
	n.mu.Lock()
	defer n.mu.Unlock()
	if w.UID != n.pod {
		n.starts = startsAfter(w)
	}
	n.see(w)
	n.tellStarts(s.Ops)
	n.warnOfPorts(w)
}

// warnOfPorts says which ports two containers seem to want.
func (n *Narrator) warnOfPorts(w plan.World) {
	if n.clashes || len(w.Containers) < len(n.blueprint.Units) {
		return
	}
	for _, c := range plan.Clashes(w) {
		n.clashes = true
		n.Warn(c.String())
	}
}

// Progress shows how a pull goes on.
func (n *Narrator) Progress(p engine.Progress) { n.pulls.progress(p) }

// Done tells of an operation that ended. One that failed is told of at the
// end, by whoever ran the pod, unless it is a pull that may be forgiven.
func (n *Narrator) Done(w plan.World, op plan.Op, took time.Duration, err error) {
	n.Waiting.Done(w, op, took, err)
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
	n.done(w, op)
}

// done tells of what succeeded. What was started shows at the next look.
func (n *Narrator) done(w plan.World, op plan.Op) {
	switch op.Kind {
	case plan.CreatePause:
		n.starts = startsAfter(plan.World{UID: w.UID})
		n.full("pause %s created: it is the pod", n.blueprint.Pause.Name)
	case plan.CreateUnit:
		if n.failed[op.Unit] && !n.silent[op.Unit] {
			n.silent[op.Unit] = true
			n.Warn("image " + op.Request.Config.Image + ": its registry is silent; the local one is used")
		}
	case plan.StopUnit:
		n.full("container %s stopped", n.container(op))
	case plan.RemoveUnit:
		n.full("container %s removed", n.container(op))
	case plan.RemovePause:
		n.full("pause %s removed, and the pod with it", n.blueprint.Pause.Name)
	}
}

// full says what is told in full detail alone.
func (n *Narrator) full(format string, args ...any) {
	if n.detail == Full {
		n.Say(format, args...)
	}
}

// brief says the one line of a container.
func (n *Narrator) brief(format string, args ...any) {
	if n.detail == Brief {
		n.Say("%s", fit(fmt.Sprintf(format, args...)))
	}
}

func (n *Narrator) container(op plan.Op) string {
	return translate.ContainerName(n.blueprint.Pod, op.Unit, op.Attempt)
}

// pauseStarted says which namespaces the pause owns, and who will share them.
func (n *Narrator) pauseStarted() {
	b := n.blueprint
	if n.once("") {
		n.brief("pause %s: %s", b.Pause.Name, ofPause(b).words("owns", ""))
	}
	n.full("pause %s started: %s", b.Pause.Name, ofPause(b).words("owns", ""))
	pid := "one for each container"
	switch {
	case b.Pod.Spec.HostPID:
		pid = "the engine's machine's"
	case b.SharesPID:
		pid = "one for all containers"
	}
	n.full("  PID namespace: %s (%s)", pid, b.PIDWhy)
	if b.Pod.Spec.HostNetwork {
		n.full("  network: the engine's machine's (spec.hostNetwork)")
	}
	for _, p := range published(b.Pause.Host) {
		n.full("  publishes %s", p)
	}
}

// unitStarted tells of a start; in brief of the first attempt alone.
func (n *Narrator) unitStarted(u translate.Unit, container string) {
	pause, in := ofPause(n.blueprint), ofUnit(n.blueprint, u)
	n.full("container %s started: image %s, %s",
		container, u.Container.Image, in.words("joined", " of "+n.blueprint.Pause.Name))
	if n.once(u.Name) {
		n.brief("container %s: %s, runs %s", container, in.after(pause), u.Container.Image)
	}
}

// columns is how wide a line is at most that is told in brief.
const columns = 80

// fit is a line that fits; what is too long ends in dots.
func fit(line string) string {
	clean := []rune(Clean(line))
	if len(clean) <= columns {
		return line
	}
	return string(clean[:columns-3]) + "..."
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
