// Package runtime runs pods: Runner is the loop that observes a pod, asks
// plan.Next what may be done, does it, reports, and observes again.
package runtime

import (
	"context"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Engine is what the loop needs of a container engine. runtime/docker is the
// real one, runtime/enginetest the model; one contract suite holds both.
type Engine interface {
	// Pods lists every pod of which anything is left, also one whose pause
	// is gone, by namespace, name and UID.
	Pods(ctx context.Context) ([]translate.Ref, error)
	// Observe reads one pod. A pod of which nothing is left is a World that
	// is Gone, not an error.
	Observe(ctx context.Context, uid types.UID) (plan.World, error)
	// Do does one operation. It answers nil when it is so, not when this
	// call made it so: a container that is running was started, one that is
	// gone was removed. plan.ErrStale, plan.ErrUnreachable and
	// plan.ErrPermanent are in its errors. progress may be nil.
	Do(ctx context.Context, op plan.Op, progress func(Progress)) error
	// Watch hints that a pod may have changed: it sends when Docker says so,
	// never blocks the engine, and may miss changes. An empty uid is every
	// pod. The channel is closed when ctx ends or the engine stops answering.
	Watch(ctx context.Context, uid types.UID) <-chan struct{}
}

// Progress is how far a pull has come.
type Progress struct {
	Image   string
	Layer   string // its short ID; empty for a message about the whole image
	Status  string // as the engine words it: Downloading, Pull complete
	Current int64  // bytes; 0 where not known
	Total   int64
}

// Streams are the byte streams to and from a container, by its Docker name
// or ID. A container that is not there is plan.ErrStale.
type Streams interface {
	// Logs copies a container's output. It returns when the output ends, or
	// with Follow when the container has ended.
	Logs(ctx context.Context, container string, opts LogOptions, stdout, stderr io.Writer) error
	// Exec runs a command in a running container and returns its exit code.
	Exec(ctx context.Context, container string, opts ExecOptions) (exitCode int, err error)
	// Attach connects to the main process of a running container; it
	// returns when the process ends or the streams do.
	Attach(ctx context.Context, container string, streams Stdio) error
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
	// Resize sends the sizes of the terminal; the first is its size now.
	Resize <-chan Size
}

// Size is a terminal's size in characters.
type Size struct{ Width, Height uint16 }

// ExecOptions say what Exec runs.
type ExecOptions struct {
	Stdio
	Command []string
	Env     []string // NAME=value, beside the container's own
	User    string   // empty is the container's own
}
