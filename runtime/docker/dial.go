package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	dockertypes "github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

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
	t := &tunnel{conn: conn, target: target, cancel: cancel}
	t.output, t.feed = io.Pipe()
	t.done.Go(func() { t.feed.CloseWithError(t.receive(ctx, e, created.ID)) })
	return t, nil
}

// tunnel is a connection through the streams of a command.
type tunnel struct {
	conn   dockertypes.HijackedResponse
	target string
	output *io.PipeReader
	feed   *io.PipeWriter
	cancel context.CancelFunc // closes conn
	done   sync.WaitGroup
}

// receive takes what comes from the port to the reader until the command
// ends, and answers what the reader gets then.
func (t *tunnel) receive(ctx context.Context, e *Engine, id string) error {
	var words bytes.Buffer
	if _, err := stdcopy.StdCopy(t.feed, &words, &source{reader: t.conn.Reader}); err != nil {
		return err
	}
	code, err := e.exitCode(ctx, id, func() bool { return false })
	if err != nil {
		return err
	}
	if code != 0 {
		why := strings.Join(strings.Fields(words.String()), " ")
		return fmt.Errorf("connect to %s: %s (exit code %d)", t.target, why, code)
	}
	return io.EOF
}

func (t *tunnel) Read(p []byte) (int, error)  { return t.output.Read(p) }
func (t *tunnel) Write(p []byte) (int, error) { return t.conn.Conn.Write(p) }

// CloseWrite says that nothing more will be sent.
func (t *tunnel) CloseWrite() error { return t.conn.CloseWrite() }

// Close ends the connection and waits until nothing works for it any more.
func (t *tunnel) Close() error {
	t.cancel()
	t.output.CloseWithError(errors.New("the connection was closed"))
	t.done.Wait()
	return nil
}
