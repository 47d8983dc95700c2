package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

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
	target := net.JoinHostPort(address, strconv.Itoa(port))
	created, err := e.cli.ContainerExecCreate(ctx, name, container.ExecOptions{
		User: nobody, Cmd: []string{pause.ProgramPath, "connect", address, strconv.Itoa(port)},
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
		why := strings.Join(strings.Fields(t.output.words.String()), " ")
		return fmt.Errorf("connect to %s: %s (exit code %d)", target, why, code)
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
