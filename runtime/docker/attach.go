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
		s.Stdin = &lastInput{Reader: s.Stdin, from: s.from, ended: func(seen int64) { s.from.drain(attached, seen); leave() }}
		alive = attached
	}
	return e.pumpWhile(ctx, alive, s)
}

// lastInput tells of its end, and how many reads of the output there had been
// before the last of the input.
type lastInput struct {
	io.Reader
	from  *source
	seen  int64
	ended func(seen int64)
}

func (i *lastInput) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if n > 0 {
		i.seen = i.from.reads.Load()
	}
	if err != nil {
		i.ended(i.seen)
	}
	return n, err
}

// How long the answer to the last input may take, and how long be silent once
// it has begun.
const (
	answerMost   = 2 * time.Second
	answerSilent = 100 * time.Millisecond
)

// drain waits for what a process answers to the last input, before which there
// had been so many reads.
func (s *source) drain(ctx context.Context, seen int64) {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	ticker := time.NewTicker(answerSilent / 4)
	defer ticker.Stop()
	for s.reads.Load() == seen {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
	s.awaitSilence(ctx, answerSilent)
}
