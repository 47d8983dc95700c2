package docker

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	dockertypes "github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/minipod/minipod/runtime/engine"
)

// noDetach stands for keys that nobody presses by chance. The engine looks
// for its detach keys in the input of every terminal, by default ctrl-p
// ctrl-q, and holds back what might begin them: a shell would get ctrl-p late.
const noDetach = "ctrl-^,ctrl-],ctrl-^,ctrl-_"

// session is a process whose streams are a connection.
type session struct {
	conn dockertypes.HijackedResponse
	from *source // the connection's output
	engine.Stdio
	// keepsInput is a process that does not see the end of its input: one on
	// a terminal, or a container whose stdin outlives those who attach. The
	// engine would close the output together with the input.
	keepsInput bool
}

func newSession(conn dockertypes.HijackedResponse, streams engine.Stdio) session {
	return session{conn: conn, from: &source{reader: conn.Reader}, Stdio: streams}
}

// pump connects the streams with the connection until the output ends or ctx
// does.
//
// Stdin is read in a goroutine of its own, which nobody waits for: a read
// from a terminal cannot be broken off. It ends with the next byte or the end
// of stdin, once the connection is closed.
func (e *Engine) pump(ctx context.Context, s session) error {
	defer s.conn.Close()
	defer context.AfterFunc(ctx, s.conn.Close)()
	if s.Stdin != nil {
		go func() {
			// An error to write means that the process is through with its
			// input; its output and exit code tell the rest.
			_, _ = io.Copy(s.conn.Conn, s.Stdin)
			if !s.keepsInput {
				_ = s.conn.CloseWrite()
			}
		}()
	}
	return e.copyOutput(ctx, s)
}

// copyOutput copies what a container writes to its end: as it is from a
// terminal, else taken apart into stdout and stderr.
func (e *Engine) copyOutput(ctx context.Context, s session) error {
	var err error
	if s.TTY {
		_, err = io.Copy(orDiscard(s.Stdout), s.from)
	} else {
		_, err = stdcopy.StdCopy(orDiscard(s.Stdout), orDiscard(s.Stderr), s.from)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.from.err != nil: // reading failed: the engine's side
		return e.explain(s.from.err)
	}
	return err // writing failed: the caller's side
}

// pumpWhile is pump until alive ends, which is no error: a container is over, and
// the engine has not closed its streams.
func (e *Engine) pumpWhile(ctx, alive context.Context, s session) error {
	err := e.pump(alive, s)
	if ctx.Err() == nil && alive.Err() != nil {
		return nil
	}
	return err
}

// source remembers why reading failed, so that it is not taken for a failure
// to write. A reset is an end: the kernel sends it with the last output when
// the engine closes a connection whose input it has not read.
type source struct {
	reader io.Reader
	err    error
	since  atomic.Int64 // the time at which the read began that goes on, else 0
	reads  atomic.Int64 // how many have brought something
}

func (s *source) Read(p []byte) (int, error) {
	s.since.Store(time.Now().UnixNano())
	n, err := s.reader.Read(p)
	s.since.Store(0)
	if n > 0 {
		s.reads.Add(1)
	}
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		err = io.EOF
	case err != nil && !errors.Is(err, io.EOF):
		s.err = err
	}
	return n, err
}

// awaitSilence waits until reading has brought nothing for a while. Who does not
// read, because what was read is not written yet, is not kept waiting by it.
func (s *source) awaitSilence(ctx context.Context, while time.Duration) {
	ticker := time.NewTicker(while / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if since := s.since.Load(); since != 0 && time.Since(time.Unix(0, since)) >= while {
			return
		}
	}
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// resizeTries and resizePause are for a terminal that is not there yet: an
// exec is answered before its process has started.
const (
	resizeTries = 50
	resizePause = 10 * time.Millisecond
)

// resizing passes sizes of the terminal on until stop is called.
func resizing(ctx context.Context, sizes <-chan engine.Size, resize func(context.Context, container.ResizeOptions) error) (stop func()) {
	if sizes == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case size, ok := <-sizes:
				if !ok {
					return
				}
				resizeOnce(ctx, container.ResizeOptions{Width: uint(size.Width), Height: uint(size.Height)}, resize)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

// resizeOnce tries until the terminal is there. A size that cannot be set is
// no reason to end a session.
func resizeOnce(ctx context.Context, size container.ResizeOptions, resize func(context.Context, container.ResizeOptions) error) {
	for range resizeTries {
		if resize(ctx, size) == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(resizePause):
		}
	}
}
