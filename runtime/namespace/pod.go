package namespace

import (
	"fmt"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Pod is a pod as it is shown. Its JSON is what programs read: fields are
// added, none is renamed.
type Pod struct {
	Namespace  string      `json:"namespace"`
	Name       string      `json:"name"`
	UID        string      `json:"uid"`
	Addresses  []string    `json:"addresses,omitempty"` // none with the machine's network
	Containers []Container `json:"containers"`
	Namespaces []Row       `json:"namespaces"`
	Volumes    []Volume    `json:"volumes"`
	Processes  []Member    `json:"processes"`
	Sockets    []Socket    `json:"sockets"`
	Objects    []Object    `json:"ipcObjects"`
	// Unseen says why processes, sockets and IPC objects could not be read.
	Unseen string `json:"unseen,omitempty"`
	// Machine is where the pod runs, where that was asked for.
	Machine *Machine `json:"machine,omitempty"`
}

// Role is what a container is in its pod.
type Role string

// The roles.
const (
	RolePause     Role = "pause"
	RoleContainer Role = "container"
	RoleSidecar   Role = "sidecar"
	RoleInit      Role = "init"
	RoleEphemeral Role = "ephemeral"
	roleMachine   Role = "machine" // no container: the machine beside them
)

// The states of a container.
const (
	StateRunning = "running"
	StateCreated = "created"
	StateExited  = "exited"
	StateAbsent  = "absent"  // it is not made yet
	StateUnknown = "unknown" // it has ended while it was looked at
)

// Container is a container of the pod. One that does not run is in no
// namespace.
type Container struct {
	Name       string          `json:"name"` // POD for the pause, as in its label
	Role       Role            `json:"role"`
	DockerName string          `json:"dockerName,omitempty"`
	ID         string          `json:"id,omitempty"`
	State      string          `json:"state"`
	ExitCode   *int            `json:"exitCode,omitempty"`
	PID        int             `json:"pid,omitempty"` // of its main process, on the engine's machine
	Inodes     map[Kind]uint64 `json:"namespaces,omitempty"`
	pod        string          // where the containers of several are shown
	stale      bool            // started for a pause process that is no more
}

// New puts together a pod and what was read of it.
func New(w plan.World, seen Seen) Pod {
	processes := seen.Processes
	p := Pod{Namespace: w.Namespace, Name: w.Name, UID: string(w.UID), Volumes: mounted(w.Want), Unseen: seen.Unseen}
	if w.Pause != nil {
		p.Addresses = w.Pause.IPs
	}
	p.Containers = []Container{pauseOf(w, processes)}
	for _, u := range w.Want.Units {
		c := containerOf(w, u, processes)
		if c.State == StateRunning || lasts(c.Role) {
			p.Containers = append(p.Containers, c)
		}
	}
	for _, k := range Kinds() {
		p.Namespaces = append(p.Namespaces, rowOf(k, p.Containers, w.Want))
	}
	p.Processes = members(p.Containers, seen.Look.Processes)
	p.Sockets = sockets(seen.Look.Sockets, p.Processes, fromMachine(Net, w.Want))
	p.Objects = objects(seen.Look.Objects, p.Processes, fromMachine(IPC, w.Want))
	return p
}

func pauseOf(w plan.World, processes map[string]Process) Container {
	c := Container{Name: translate.PauseName, Role: RolePause, State: StateAbsent}
	if w.Pause == nil {
		return c
	}
	c.DockerName, c.ID = w.Pause.Name, w.Pause.ID
	c.is(w.Pause.State, 0, processes)
	return c
}

func containerOf(w plan.World, u translate.Unit, processes map[string]Process) Container {
	c := Container{Name: u.Name, Role: roleOf(u.Kind), State: StateAbsent}
	latest := w.Latest(u.Name)
	if latest == nil {
		return c
	}
	c.DockerName, c.ID, c.stale = latest.Name, latest.ID, w.Stale(*latest)
	state := latest.State
	if latest.Ended() {
		state = plan.Exited // also one whose start has failed
	}
	c.is(state, latest.ExitCode, processes)
	return c
}

// is fills in the state, and what was read of a container that runs.
func (c *Container) is(state plan.State, code int, processes map[string]Process) {
	switch state {
	case plan.Created:
		c.State = StateCreated
	case plan.Exited:
		c.State, c.ExitCode = StateExited, &code
	case plan.Running:
		process, ok := processes[c.ID]
		if !ok {
			c.State = StateUnknown
			return
		}
		c.State, c.PID, c.Inodes = StateRunning, process.PID, process.Inodes
	}
}

func roleOf(k translate.Kind) Role {
	switch k {
	case translate.Init:
		return RoleInit
	case translate.Sidecar:
		return RoleSidecar
	case translate.Ephemeral:
		return RoleEphemeral
	}
	return RoleContainer
}

// lasts reports whether containers of a role are to be there for as long as
// the pod is: the others are shown only while they run.
func lasts(r Role) bool { return r == RoleContainer || r == RoleSidecar }

// word is the state as a reader wants it.
func (c Container) word() string {
	switch {
	case c.State == StateExited && c.Role == RolePause:
		return "stopped"
	case c.ExitCode != nil:
		return fmt.Sprintf("exited %d", *c.ExitCode)
	case c.State == StateAbsent:
		return "not made"
	}
	return c.State
}

func (c Container) down() bool { return c.State != StateRunning }

// roleNamed tells the pause by its name, which no container can have.
func roleNamed(name string) Role {
	if name == translate.PauseName {
		return RolePause
	}
	return RoleContainer
}

// title is the name as a reader wants it.
func (c Container) title() string {
	if c.Role == RolePause {
		return "pause"
	}
	return printable(c.Name)
}
