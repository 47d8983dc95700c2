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
