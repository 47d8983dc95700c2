package node

import (
	"context"
	"io"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
)

// Engine is all that a node needs of a container engine.
type Engine interface {
	loop.Engine
	loop.Changes
	loop.Objects
	loop.Events
	Streams
	Records
	Facts
	Dialer
}

// Streams are the byte streams to and from a container, by its Docker name
// or ID. A container that is not there is plan.ErrStale.
type Streams interface {
	// Logs copies a container's output. It returns when the output ends, or
	// with Follow when the container has ended.
	Logs(ctx context.Context, container string, opts engine.LogOptions, stdout, stderr io.Writer) error
	// Exec runs a command in a running container and returns its exit code.
	Exec(ctx context.Context, container string, opts engine.ExecOptions) (exitCode int, err error)
	// Attach connects to the main process of a running container; it
	// returns when the process ends or the streams do.
	Attach(ctx context.Context, container string, streams engine.Stdio) error
}

// Records keeps facts in the engine, where every client sees them.
type Records interface {
	// Records lists the records that have a label, by name: KEY, or
	// KEY=VALUE for those with this value.
	Records(ctx context.Context, label string) ([]engine.Record, error)
	// PutRecord makes a record. Of several that put one of the same name,
	// one succeeds; the others get the record that is there, and ErrExists.
	PutRecord(ctx context.Context, r engine.Record) (existing engine.Record, err error)
	// DropRecord removes a record; one that is not there was removed.
	DropRecord(ctx context.Context, name string) error
}

// Facts tells about the engine's machine and what containers use of it.
type Facts interface {
	Info(ctx context.Context) (engine.Info, error)
	// Stats samples a container; one that does not run has used nothing.
	Stats(ctx context.Context, container string) (engine.Stats, error)
}

// Dialer reaches into a pod's network.
type Dialer interface {
	// Dial connects to a TCP port from inside the network of a container,
	// the pause. The connection has CloseWrite() error.
	Dial(ctx context.Context, container, address string, port int) (io.ReadWriteCloser, error)
}
