package enginetest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Streams are what the containers of the model write and answer. The zero
// value is of containers that are silent, and of commands that succeed.
type Streams struct {
	// Output is what a container has written so far, oldest first.
	Output func(c plan.Container) []Entry
	// Command runs a command, or with none joins the container's own process.
	Command func(c plan.Container, opts engine.ExecOptions) (exitCode int, err error)
	// Listen answers a connection to a port; nil echoes.
	Listen func(port int) (io.ReadWriteCloser, error)
}

// Entry is a line that a container has written, with its end.
type Entry struct {
	At     time.Time
	Stderr bool
	Text   string
}

// Changes implements loop.Changes.
func (e *Engine) Changes(ctx context.Context) <-chan types.UID {
	hints, changes := e.Watch(ctx, ""), make(chan types.UID)
	go func() {
		defer close(changes)
		for range hints {
			select {
			case changes <- "":
			case <-ctx.Done():
			}
		}
	}()
	return changes
}

// ObjectChanges implements loop.Objects: it passes on what is sent to Objects.
func (e *Engine) ObjectChanges(ctx context.Context) <-chan string {
	changes := make(chan string)
	go func() {
		defer close(changes)
		for {
			select {
			case namespace := <-e.Objects:
				changes <- namespace
			case <-ctx.Done():
				return
			}
		}
	}()
	return changes
}

// Logs implements node.Streams.
func (e *Engine) Logs(ctx context.Context, name string, opts engine.LogOptions, stdout, stderr io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hints := e.Watch(ctx, "")
	for sent := -1; ; {
		c, err := e.find(name)
		if err != nil {
			return err
		}
		all := e.output(c, opts.Since)
		if sent < 0 {
			sent = skipped(len(all), opts.Tail)
		}
		for ; sent < len(all); sent++ {
			if err := all[sent].write(opts, stdout, stderr); err != nil {
				return fmt.Errorf("logs of %s: %w", name, err)
			}
		}
		if !opts.Follow || c.Ended() {
			return ctx.Err()
		}
		if _, ok := <-hints; !ok {
			return ctx.Err()
		}
	}
}

func (e *Engine) output(c plan.Container, since time.Time) []Entry {
	if e.Streams.Output == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Streams.Output(c)), func(entry Entry) bool { return entry.At.Before(since) })
}

// skipped is how many of the lines come before the last ones that are wanted.
func skipped(lines int, tail *int64) int {
	if tail == nil {
		return 0
	}
	return max(0, lines-int(*tail))
}

func (entry Entry) write(opts engine.LogOptions, stdout, stderr io.Writer) error {
	to, text := stdout, entry.Text
	if entry.Stderr {
		to = stderr
	}
	if opts.Timestamps {
		text = entry.At.Format(time.RFC3339Nano) + " " + text
	}
	_, err := io.WriteString(to, text)
	return err
}

// Exec implements node.Streams.
func (e *Engine) Exec(_ context.Context, name string, opts engine.ExecOptions) (exitCode int, err error) {
	c, err := e.find(name)
	switch {
	case err != nil:
		return 0, err
	case c.State != plan.Running:
		return 0, fmt.Errorf("container %s is not running: %w", name, plan.ErrStale)
	case e.Streams.Command == nil:
		return 0, nil
	}
	return e.Streams.Command(c, opts)
}

// Attach implements node.Streams.
func (e *Engine) Attach(ctx context.Context, name string, streams engine.Stdio) error {
	_, err := e.Exec(ctx, name, engine.ExecOptions{Stdio: streams})
	return err
}

// find is a container by its Docker name or ID.
func (e *Engine) find(name string) (plan.Container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.pods {
		if c := container(p.world, name); c != nil {
			return *c, nil
		}
		for _, c := range p.world.Containers {
			if c.Name == name {
				return c, nil
			}
		}
	}
	return plan.Container{}, fmt.Errorf("there is no container %s: %w", name, plan.ErrStale)
}
