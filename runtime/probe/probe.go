// Package probe does what probes and hooks ask of a container: it runs a
// command, makes a request, opens a connection, or waits. It decides nothing:
// how often, and what follows, is package plan's.
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Engine is what probes need of a container engine.
type Engine interface {
	Exec(ctx context.Context, container string, opts engine.ExecOptions) (exitCode int, err error)
	// Connect opens a TCP connection to an address of a pod's network, that
	// of the container pause.
	Connect(ctx context.Context, pause, host string, port int) (net.Conn, error)
	// Knock is nil when something takes a TCP connection there.
	Knock(ctx context.Context, pause, host string, port int) error
}

// maxOutput is what is kept of what a probe sees, in bytes; the kubelet's own.
const maxOutput = 10 << 10

// Do does an action to a container in the network of a pause, within its time
// limit, which for a command counts from its start. A
// plan.ProbeFailure says that it was done and failed; any other error that it
// could not be done.
func Do(ctx context.Context, e Engine, container, pause string, a translate.Action) error {
	if a.Timeout > 0 && len(a.Exec) == 0 && a.HTTP == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.Timeout)
		defer cancel()
	}
	switch {
	case a.Unable != "":
		return errors.New(a.Unable)
	case len(a.Exec) > 0:
		return command(ctx, e, container, a)
	case a.HTTP != nil:
		return request(ctx, e, pause, a)
	case a.TCP:
		if err := e.Knock(ctx, pause, a.Host, a.Port); err != nil {
			return failure(ctx, err)
		}
		return nil
	case a.GRPC != nil:
		return health(ctx, e, pause, a)
	}
	return wait(ctx, a.Sleep)
}

// inStopped is what the OCI runtime says where the container, or the pause that
// connects to it, has just been stopped. The engine passes it on as the output
// of a command that failed, and nowhere else; the command never ran.
const inStopped = "exec failed: cannot exec in a stopped container"

// command runs a command in the container.
func command(ctx context.Context, e Engine, container string, a translate.Action) error {
	stdout, stderr := &limited{left: maxOutput}, &limited{left: maxOutput}
	code, err := e.Exec(ctx, container, engine.ExecOptions{
		Command: a.Exec, Limit: a.Timeout, Stdio: engine.Stdio{Stdout: stdout, Stderr: stderr},
	})
	output := stdout.String() + stderr.String() // in this order on a node, whatever was written first
	output = output[:min(len(output), maxOutput)]
	switch {
	case errors.Is(err, engine.ErrLimit), err != nil && timedOut(ctx):
		return &plan.ProbeFailure{Output: fmt.Sprintf("command timed out: %q timed out after %s", strings.Join(a.Exec, " "), a.Timeout)}
	case err != nil:
		return err
	case code != 0 && strings.Contains(output, inStopped):
		return fmt.Errorf("exec: %s: %w", strings.TrimSpace(output), plan.ErrStale)
	case code != 0 && a.Hook:
		return &plan.ProbeFailure{Output: fmt.Sprintf("command '%s' exited with %d: %s", strings.Join(a.Exec, " "), code, output)}
	case code != 0:
		return &plan.ProbeFailure{Output: strings.TrimSuffix(output, "\r\n")} // the engine's own words end so
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// failure is a failed connection as a result, unless nobody wants one any more,
// the engine is not there, or nothing could be sent.
func failure(ctx context.Context, err error) error {
	if sent := new(url.Error); errors.As(err, &sent) && sent.Op == "parse" {
		return err
	}
	if errors.Is(err, plan.ErrUnreachable) || errors.Is(err, plan.ErrStale) || ctx.Err() != nil && !timedOut(ctx) {
		return err
	}
	if strings.Contains(err.Error(), inStopped) {
		return fmt.Errorf("%w: %w", err, plan.ErrStale)
	}
	return &plan.ProbeFailure{Output: err.Error()}
}

func timedOut(ctx context.Context) bool { return errors.Is(ctx.Err(), context.DeadlineExceeded) }

// limited keeps the beginning of what is written to it.
type limited struct {
	text []byte
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.text, l.left = append(l.text, p[:n]...), l.left-n
	return len(p), nil
}

func (l *limited) String() string { return string(l.text) }

var _ io.Writer = (*limited)(nil)
