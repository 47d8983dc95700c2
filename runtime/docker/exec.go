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
// command does, or its limit is over (engine.ErrLimit), Exec returns and
// the command goes on without its streams.
func (e *Engine) Exec(ctx context.Context, name string, opts engine.ExecOptions) (int, error) {
	code, err := e.exec(ctx, name, opts)
	if err != nil {
		return code, fmt.Errorf("exec in %s: %w", name, err)
	}
	return code, nil
}

func (e *Engine) exec(ctx context.Context, name string, opts engine.ExecOptions) (int, error) {
	created, err := e.cli.ContainerExecCreate(ctx, name, container.ExecOptions{
		Cmd: opts.Command, Env: opts.Env, User: opts.User, WorkingDir: opts.Folder, Tty: opts.TTY, DetachKeys: noDetach,
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
	within, end := e.within(ctx, created.ID, opts.Limit)
	defer end()
	s := newSession(conn, opts.Stdio)
	s.keepsInput = opts.TTY
	code, err := e.attend(within, name, created.ID, s)
	if err == nil || ctx.Err() != nil || within.Err() == nil {
		return code, err
	}
	if state, err := e.cli.ContainerExecInspect(ctx, created.ID); err == nil && !state.Running {
		return state.ExitCode, nil
	}
	return 0, engine.ErrLimit
}

// attend is there for a command until it has ended, and is its exit code.
func (e *Engine) attend(ctx context.Context, name, id string, s session) (int, error) {
	alive, cancel := e.whileRunning(ctx, name, s.from)
	defer cancel()
	if err := e.pumpWhile(ctx, alive, s); err != nil {
		return 0, err
	}
	return e.exitCode(ctx, id, func() bool { return alive.Err() != nil })
}

// startTime is how long the engine may take to start a command that has a
// limit.
const startTime = 2 * time.Minute

// within is a context that ends when a command has run for as long as it may. It
// runs from when the engine has started its process, as on a node: a busy
// machine takes long for that, and the command is not to blame.
func (e *Engine) within(ctx context.Context, id string, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if limit <= 0 {
		return ctx, cancel
	}
	go func() {
		began := e.begun(ctx, id, limit/10)
		timer := time.NewTimer(time.Until(began.Add(limit)))
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
			cancel()
		}
	}()
	return ctx, cancel
}

// begun waits until a command has a process, and is when it got one: when the
// engine was last seen without one, or had said so at last, which it does not
// while it starts it. One that ends soon is not asked after.
func (e *Engine) begun(ctx context.Context, id string, every time.Duration) time.Time {
	start := time.Now()
	began := start
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for time.Since(start) < startTime {
		select {
		case <-ctx.Done():
			return began
		case <-ticker.C:
		}
		asked := time.Now()
		state, err := e.cli.ContainerExecInspect(ctx, id)
		if err != nil {
			return began
		}
		if state.Pid == 0 && state.Running || time.Since(asked) > every {
			began = time.Now()
		}
		if state.Pid != 0 || !state.Running {
			return began
		}
	}
	return began
}

// drainTime is how long the output of a container that has ended may be silent
// before no more is awaited.
const drainTime = time.Second

// whileRunning is a context that ends soon after a container does and from brings
// no more: the engine may leave the streams of a command open that was killed
// together with it, and those that were attached while the container ended.
func (e *Engine) whileRunning(ctx context.Context, name string, from *source) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if e.await(ctx, name, container.WaitConditionNotRunning) != nil {
			return
		}
		from.awaitSilence(ctx, drainTime)
		cancel()
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
