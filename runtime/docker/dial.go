package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	dockertypes "github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/pause"
)

// nobody is a user that owns nothing: connecting takes no rights.
const nobody = "65535:65535"

// Dial connects to a port from inside a pod's network, by a command in its
// pause: it reaches where only the Docker API reaches. Whether something
// answers on the port shows in the first Read, whose error is in the words of
// the command. Closing it, or the end of ctx, ends the connection. It has
// CloseWrite, which says that nothing more will be sent.
func (e *Engine) Dial(ctx context.Context, name, address string, port int) (io.ReadWriteCloser, error) {
	return e.dial(ctx, name, address, port)
}

// dial is Dial with options of the command.
func (e *Engine) dial(ctx context.Context, name, address string, port int, options ...string) (*tunnel, error) {
	target := net.JoinHostPort(address, strconv.Itoa(port))
	created, err := e.cli.ContainerExecCreate(ctx, name, container.ExecOptions{
		User: nobody, Cmd: connectCommand(address, port, options...),
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return nil, fmt.Errorf("connect to %s in %s: %w", target, short(name), e.explain(err))
	}
	conn, err := e.cli.ContainerExecAttach(ctx, created.ID, container.ExecAttachOptions{})
	if err != nil {
		return nil, fmt.Errorf("connect to %s in %s: %w", target, short(name), e.explain(err))
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(ctx, conn.Close)
	t := &tunnel{conn: conn, cancel: cancel, output: newOutput(conn.Reader)}
	t.end = func() error { return t.ended(ctx, e, created.ID, target) }
	return t, nil
}

// connectCommand is the command of the pause that connects to a port.
func connectCommand(address string, port int, options ...string) []string {
	return slices.Concat([]string{pause.ProgramPath, "connect"}, options, []string{address, strconv.Itoa(port)})
}

// limitedBy are the options by which the command ends when nobody wants its
// connection any more: it would go on with a peer that is silent, for an exec
// cannot be ended through the API.
func limitedBy(ctx context.Context) []string {
	end, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	return []string{"-t", strconv.Itoa(int(max(time.Until(end), 0)/time.Second) + 1)}
}

// unconnected is why the command failed, in Go's words and so in the kubelet's.
func unconnected(target string, code int, said string) error {
	why := strings.Join(strings.Fields(said), " ")
	switch {
	case code != 1:
		return fmt.Errorf("connect to %s: %s (exit code %d)", target, why, code)
	case strings.HasPrefix(why, "read:"), strings.HasPrefix(why, "write:"):
		op, _, _ := strings.Cut(why, ":")
		return fmt.Errorf("%s tcp %s: %s", op, target, why)
	}
	return fmt.Errorf("dial tcp %s: %s", target, why)
}

// tunnel is a connection through the streams of a command.
type tunnel struct {
	conn   dockertypes.HijackedResponse
	output *output
	end    func() error       // why nothing more can be read
	cancel context.CancelFunc // closes conn
}

// Read reads what comes from the port.
func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.output.Read(p)
	if errors.Is(err, io.EOF) {
		err = t.end()
	}
	return n, err
}

// ended waits until the command has ended and is what the reader gets then.
func (t *tunnel) ended(ctx context.Context, e *Engine, id, target string) error {
	code, err := e.exitCode(ctx, id, func() bool { return false })
	if err != nil {
		return err
	}
	if code != 0 {
		return unconnected(target, code, t.output.words.String())
	}
	return io.EOF
}

func (t *tunnel) Write(p []byte) (int, error) { return t.conn.Conn.Write(p) }

// CloseWrite says that nothing more will be sent.
func (t *tunnel) CloseWrite() error { return t.conn.CloseWrite() }

// Close ends the connection. Who reads from it gets an error.
func (t *tunnel) Close() error {
	t.cancel()
	return nil
}
