package node

import (
	"context"
	"errors"
	"fmt"
	"io"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/exec"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Logs implements apiserver.Streams.
func (n *Node) Logs(ctx context.Context, request apiserver.LogRequest, out io.Writer) error {
	of, err := n.attempt(ctx, request.UID, request.Container, plan.Turn(request.Previous))
	if err != nil {
		return err
	}
	opts := engine.LogOptions{Follow: request.Follow, Timestamps: request.Timestamps, Since: request.Since}
	if request.Tail >= 0 {
		opts.Tail = &request.Tail
	}
	stdout, stderr := both(limited(out, request.Limit), request.Stream)
	err = n.engine.Logs(ctx, of.ID, opts, stdout, stderr)
	if errors.Is(err, errLimit) {
		return nil
	}
	return err
}

// both sends the wanted one of two streams, or both, to one writer.
func both(out io.Writer, stream string) (stdout, stderr io.Writer) {
	switch stream {
	case "Stdout":
		return out, io.Discard
	case "Stderr":
		return io.Discard, out
	}
	return out, out
}

// errLimit ends a stream that has sent as much as it may.
var errLimit = errors.New("the limit is reached")

func limited(out io.Writer, limit int64) io.Writer {
	if limit <= 0 {
		return out
	}
	return &limiter{out: out, left: limit}
}

type limiter struct {
	out  io.Writer
	left int64
}

func (l *limiter) Write(p []byte) (int, error) {
	if int64(len(p)) < l.left {
		l.left -= int64(len(p))
		return l.out.Write(p)
	}
	written, err := l.out.Write(p[:l.left])
	l.left = 0
	if err != nil {
		return written, err
	}
	return written, errLimit
}

// Runs implements apiserver.Streams.
func (n *Node) Runs(ctx context.Context, uid types.UID, container string) bool {
	_, err := n.running(ctx, apiserver.ExecRequest{UID: uid, Container: container})
	return err == nil
}

// Exec implements apiserver.Streams.
func (n *Node) Exec(ctx context.Context, request apiserver.ExecRequest) error {
	c, err := n.running(ctx, request)
	if err != nil {
		return err
	}
	code, err := n.engine.Exec(ctx, c.ID, engine.ExecOptions{Stdio: stdio(request), Command: request.Command})
	if err != nil {
		return err
	}
	if code != 0 {
		return exec.CodeExitError{Err: fmt.Errorf("command terminated with exit code %d", code), Code: code}
	}
	return nil
}

// Attach implements apiserver.Streams.
func (n *Node) Attach(ctx context.Context, request apiserver.ExecRequest) error {
	c, err := n.running(ctx, request)
	if err != nil {
		return err
	}
	streams := stdio(request)
	streams.EndWithStdin = true
	return n.engine.Attach(ctx, c.ID, streams)
}

func (n *Node) running(ctx context.Context, request apiserver.ExecRequest) (plan.Container, error) {
	c, err := n.attempt(ctx, request.UID, request.Container, plan.Current)
	if err == nil && c.State != plan.Running {
		err = apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q is not running", request.Container, request.UID))
	}
	return c, err
}

// attempt is the Docker container of a pod's container. Where there is none
// the words are the kubelet's.
func (n *Node) attempt(ctx context.Context, uid types.UID, unit string, turn plan.Turn) (plan.Container, error) {
	w, err := n.look(ctx, uid)
	if err != nil {
		return plan.Container{}, err
	}
	c, ok := plan.LogsOf(w, unit, turn)
	switch {
	case ok:
		return c, nil
	case turn == plan.Previous:
		return c, apierrors.NewBadRequest(fmt.Sprintf("previous terminated container %q in pod %q not found", unit, w.Name))
	}
	return c, apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q has not been started", unit, w.Name))
}

func stdio(request apiserver.ExecRequest) engine.Stdio {
	return engine.Stdio{
		Stdin: request.Stdin, Stdout: request.Stdout, Stderr: request.Stderr,
		TTY: request.TTY, Resize: request.Resize,
	}
}

// Dial implements apiserver.Streams. A pod listens on every address of its
// network or on localhost alone; the kubelet connects to localhost.
func (n *Node) Dial(ctx context.Context, uid types.UID, port int32) (io.ReadWriteCloser, error) {
	w, err := n.look(ctx, uid)
	if err != nil {
		return nil, err
	}
	if w.Pause == nil || w.Pause.State != plan.Running {
		return nil, apierrors.NewNotFound(v1.Resource("pods"), string(uid))
	}
	return n.engine.Dial(ctx, w.Pause.ID, "127.0.0.1", int(port))
}
