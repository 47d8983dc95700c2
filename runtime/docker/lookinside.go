package docker

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

// Inside reads what is seen of a pod: the namespaces of the main processes of
// containers, by their IDs, and its processes, sockets and IPC objects. A
// container that does not run, or is not there, is left out.
//
// A container looks that is in the network and the IPC namespace of the pause:
// see onlooker. Where the engine makes none, its own ps tells the namespaces,
// and nothing else is known.
func (e *Engine) Inside(ctx context.Context, pauseID string, ids []string) (namespace.Seen, error) {
	look, err := e.look(ctx, pauseID)
	read, unseen := seenBy(look), ""
	if err != nil {
		if ctx.Err() != nil || connectionLost(err) {
			return namespace.Seen{}, err
		}
		read, unseen = e.top, err.Error()
	}
	processes, err := e.namespaces(ctx, ids, read)
	if err != nil {
		return namespace.Seen{}, fmt.Errorf("read namespaces: %w", err)
	}
	return namespace.Seen{Processes: processes, Look: look, Unseen: unseen}, nil
}

// Machine reads the namespaces of the engine's machine: those of a container
// that has them for its own.
func (e *Engine) Machine(ctx context.Context) (*namespace.Machine, error) {
	r := onlooker()
	r.Host.NetworkMode, r.Host.IpcMode, r.Host.UTSMode, r.Host.CgroupnsMode = "host", "host", "host", "host"
	text, err := e.output(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("read the machine's namespaces: %w", err)
	}
	look, err := pause.ParseLook(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	m := &namespace.Machine{Inodes: map[namespace.Kind]uint64{}}
	for _, p := range look.Processes {
		itself := p.More != nil && p.More.CommandLine == pause.ProgramPath+" "+r.Config.Cmd[0]
		for _, k := range namespace.Kinds() {
			if (k == namespace.Mount && p.PID == 1) || (k != namespace.Mount && itself) {
				m.Inodes[k] = p.Namespaces[string(k)]
			}
		}
	}
	return m, nil
}

func (e *Engine) look(ctx context.Context, pauseID string) (pause.Look, error) {
	r := onlooker()
	r.Host.NetworkMode = container.NetworkMode("container:" + pauseID)
	r.Host.IpcMode = container.IpcMode("container:" + pauseID)
	text, err := e.output(ctx, r)
	if err != nil {
		return pause.Look{}, err
	}
	return pause.ParseLook(strings.NewReader(text))
}

// seenBy finds the main process of a container among those that were seen.
func seenBy(look pause.Look) reader {
	seen := map[int]pause.Process{}
	for _, p := range look.Processes {
		seen[p.PID] = p
	}
	return func(_ context.Context, _ string, pid int) (namespace.Process, bool, error) {
		p, ok := seen[pid]
		process := namespace.Process{PID: pid, Inodes: map[namespace.Kind]uint64{}}
		for _, k := range namespace.Kinds() {
			process.Inodes[k] = p.Namespaces[string(k)]
			ok = ok && process.Inodes[k] != 0
		}
		return process, ok, nil
	}
}

// onlooker is a container that is there for nothing else: the pause program's
// mode look, as root with the right to look at the processes of others, in the
// machine's PID namespace, where processes have the numbers that inspect tells.
// It is the one place where those of all containers can be told apart, whether
// or not they share a PID namespace.
func onlooker() translate.Request {
	r := translate.Helper("look")
	r.Host.PidMode, r.Host.UsernsMode, r.Host.CapAdd = "host", "host", []string{"SYS_PTRACE"}
	r.Host.SecurityOpt = []string{"apparmor=unconfined"} // the default profile hides those without one
	return r
}
