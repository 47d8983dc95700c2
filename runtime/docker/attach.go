package docker

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Attach connects to the main process of a container: see node.Streams.
// Whether the streams have the form of a terminal is the container's to say,
// not the caller's. Stdin reaches a container that was made with one.
func (e *Engine) Attach(ctx context.Context, name string, streams engine.Stdio) error {
	if err := e.attach(ctx, name, streams); err != nil {
		return fmt.Errorf("attach to %s: %w", name, err)
	}
	return nil
}

func (e *Engine) attach(ctx context.Context, name string, streams engine.Stdio) error {
	found, err := e.inspectOne(ctx, name)
	if err != nil {
		return e.explain(err)
	}
	if stateOf(found.State) != plan.Running {
		return fmt.Errorf("it is %s, not running: %w", found.State.Status, plan.ErrStale)
	}
	streams.TTY = found.Config.Tty
	if !found.Config.OpenStdin {
		streams.Stdin = nil
	}
	conn, err := e.cli.ContainerAttach(ctx, found.ID, container.AttachOptions{
		Stream: true, Logs: streams.Replay, Stdin: streams.Stdin != nil, Stdout: streams.Stdout != nil,
		Stderr: streams.Stderr != nil && !streams.TTY, DetachKeys: noDetach,
	})
	if err != nil {
		return e.explain(err)
	}
	stop := resizing(ctx, streams.Resize, func(ctx context.Context, size container.ResizeOptions) error {
		return e.cli.ContainerResize(ctx, found.ID, size)
	})
	defer stop()
	s := newSession(conn, streams)
	s.keepsInput = streams.TTY || !found.Config.StdinOnce
	alive, end := e.whileRunning(ctx, found.ID, s.from)
	defer end()
	return e.pumpWhile(ctx, alive, s)
}
