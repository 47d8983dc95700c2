package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime"
)

// Exec runs a command in a running container: see runtime.Streams. A command
// that cannot be run has exit code 126 or 127 and the engine's words as its
// output.
//
// Docker has no way to end a command from outside: when ctx ends before the
// command does, Exec returns and the command goes on without its streams.
func (e *Engine) Exec(ctx context.Context, name string, opts runtime.ExecOptions) (int, error) {
	code, err := e.exec(ctx, name, opts)
	if err != nil {
		return code, fmt.Errorf("exec in %s: %w", name, err)
	}
	return code, nil
}

func (e *Engine) exec(ctx context.Context, name string, opts runtime.ExecOptions) (int, error) {
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
	if err := e.pump(ctx, session{conn, opts.Stdio, opts.TTY}); err != nil {
		return 0, err
	}
	return e.exitCode(ctx, created.ID)
}

// Between two looks at a command whose output has ended but which has not.
const (
	firstLook = 2 * time.Millisecond
	lastLook  = 200 * time.Millisecond
)

// exitCode waits until the command has ended, which can be later than its
// output has.
func (e *Engine) exitCode(ctx context.Context, id string) (int, error) {
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		state, err := e.cli.ContainerExecInspect(ctx, id)
		if err != nil {
			return 0, e.explain(err)
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(pause):
		}
	}
}
