package namespace

import "github.com/minipod/minipod/runtime/pause"

// Seen is what was read of a pod.
type Seen struct {
	// Processes are the main ones of its containers, by their IDs.
	Processes map[string]Process
	// Look is what a container saw that looked into the pod.
	Look pause.Look
	// Unseen says why none could look, where none could.
	Unseen string
}

// Machine is the engine's machine beside its pods: the namespaces that the
// engine gives to containers which ask for the machine's. Its tree of files is
// that of its first process, where that can be seen.
type Machine struct {
	Inodes map[Kind]uint64 `json:"namespaces"`
}

// column is the machine in a table.
func (m *Machine) column() Container {
	return Container{Name: "machine", Role: roleMachine, State: StateRunning, Inodes: m.Inodes}
}
