package docker

import (
	"context"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
)

// Exec runs a command in a running container: see node.Streams. A command
// that cannot be run has exit code 126 or 127 and the engine's words as its
// output.
//
// Docker has no way to end a command from outside: when ctx ends before the
// command does, Exec returns and the command goes on without its streams.
func (e *Engine) Exec(ctx context.Context, name string, opts engine.ExecOptions) (int, error) {
	code, err := e.exec(ctx, name, opts)
	if err != nil {
		return code, fmt.Errorf("exec in %s: %w", name, err)
	}
	return code, nil
}

func (e *Engine) exec(ctx context.Context, name string, opts engine.ExecOptions) (int, error) {
	created, err := e.cli.ContainerExecCreate(ctx, name, container.ExecOptions{
		Cmd: opts.Command, Env: opts.Env, User: opts.User, Tty: opts.TTY, DetachKeys: noDetach,
		AttachStdin: opts.Stdin != nil, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, e.explain(err)
	}
	conn, err := e.cli.ContainerExecAttach(ctx, created.ID, container.ExecAttachOptions{Tty: opts.TTY})
	if err != nil {
		return 0, e.explain(err)
	}
	stop := resizing(ctx, opts.Resize, func(ctx context.Context, size container.ResizeOptions) error {
		return e.cli.ContainerExecResize(ctx, created.ID, size)
	})
	defer stop()
	alive, cancel := e.whileRunning(ctx, name)
	defer cancel()
	if err := e.pump(alive, session{conn, opts.Stdio, opts.TTY}); err != nil && (ctx.Err() != nil || alive.Err() == nil) {
		return 0, err
	}
	return e.exitCode(ctx, created.ID, func() bool { return alive.Err() != nil })
}

// drainTime is how long the output of a command that ended with its container
// may still take.
const drainTime = time.Second

// whileRunning is a context that ends soon after a container does: the engine
// may leave the streams of a command open that was killed together with it.
func (e *Engine) whileRunning(ctx context.Context, name string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if e.await(ctx, name, container.WaitConditionNotRunning) != nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(drainTime):
			cancel()
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// killed is the exit code of a command that was killed.
const killed = 128 + 9

// Between two looks at a command whose output has ended but which has not.
const (
	firstLook = 2 * time.Millisecond
	lastLook  = 200 * time.Millisecond
)

// exitCode waits until the command has ended, which can be later than its
// output has. A command that still runs when its container is over was killed
// with it: Podman never says so.
func (e *Engine) exitCode(ctx context.Context, id string, over func() bool) (int, error) {
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		state, err := e.cli.ContainerExecInspect(ctx, id)
		if cerrdefs.IsNotFound(err) {
			return killed, nil // with its container
		}
		if err != nil {
			return 0, e.explain(err)
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		if ctx.Err() == nil && over() {
			return killed, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(pause):
		}
	}
}
