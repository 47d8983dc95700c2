// Package engine holds what goes to and from a container engine beside the
// operations of package plan: streams, facts about its machine, and the small
// facts that are kept in it. It holds values only; who calls declares the
// interface.
package engine

import (
	"errors"
	"io"
	"io/fs"
	"time"
)

// Progress is how far a pull has come.
type Progress struct {
	Image   string
	Layer   string // its short ID; empty for a message about the whole image
	Status  string // as the engine words it: Downloading, Pull complete
	Current int64  // bytes; 0 where not known
	Total   int64
}

// LogOptions choose what Logs copies.
type LogOptions struct {
	Follow     bool
	Timestamps bool
	Since      time.Time // zero is from the start
	Tail       *int64    // last lines; nil is all
}

// Stdio are the streams of a command. A nil stream is not connected. With
// TTY the command has a terminal, and everything it writes goes to Stdout.
type Stdio struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	TTY            bool
	// Replay sends what was written before, too, to who attaches.
	Replay bool
	// EndWithStdin ends the session with stdin where that of the container
	// outlives it, as on a node.
	EndWithStdin bool
	// Resize sends the sizes of the terminal; the first is its size now.
	Resize <-chan Size
}

// Size is a terminal's size in characters.
type Size struct{ Width, Height uint16 }

// Path is what is at a path of a container.
type Path struct {
	Name string // the last part
	Mode fs.FileMode
	Link string // where a symlink leads to, resolved in the container
}

// ExecOptions say what Exec runs.
type ExecOptions struct {
	Stdio
	Command []string
	Env     []string // NAME=value, beside the container's own
	User    string   // empty is the container's own
	Folder  string   // where it runs; empty is the container's own
	// Limit is how long the command may run, from its start; zero is for ever.
	Limit time.Duration
}

// ErrLimit says that a command has run for as long as it may, and goes on.
var ErrLimit = errors.New("the command takes longer than it may")
