package docker

import (
	"context"
	"fmt"
	"io"
	"time"

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
	if s.keepsInput && streams.EndWithStdin && streams.Stdin != nil {
		attached, leave := context.WithCancel(alive)
		defer leave()
		s.Stdin = &lastInput{Reader: s.Stdin, ended: func() { s.from.drain(attached); leave() }}
		alive = attached
	}
	return e.pumpWhile(ctx, alive, s)
}

// lastInput tells of its end.
type lastInput struct {
	io.Reader
	ended func()
}

func (i *lastInput) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if err != nil {
		i.ended()
	}
	return n, err
}

// How long the answer to the last input may take, and how long be silent.
const (
	answerMost   = time.Second
	answerSilent = 100 * time.Millisecond
)

// drain waits for what a process answers to the last input.
func (s *source) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	s.awaitSilence(ctx, answerSilent)
}
