package enginetest

import (
	"context"
	"fmt"
	"io"

	"github.com/minipod/minipod/runtime/plan"
)

// Dial implements node.Dialer: a port echoes, unless Streams.Listen answers.
func (e *Engine) Dial(ctx context.Context, name, _ string, port int) (io.ReadWriteCloser, error) {
	if !e.runs(name) {
		return nil, fmt.Errorf("there is no pause %s that runs: %w", name, plan.ErrStale)
	}
	if e.Streams.Listen != nil {
		return e.Streams.Listen(port)
	}
	r, w := io.Pipe()
	return echo{r, w}, ctx.Err()
}

// runs reports whether the pause runs.
func (e *Engine) runs(pause string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.pods {
		if at := p.world.Pause; at != nil && (at.ID == pause || at.Name == pause) {
			return at.State == plan.Running
		}
	}
	return false
}

// echo is a connection that answers what it is sent.
type echo struct {
	*io.PipeReader
	to *io.PipeWriter
}

func (c echo) Write(p []byte) (int, error) { return c.to.Write(p) }

// CloseWrite ends what is sent.
func (c echo) CloseWrite() error { return c.to.Close() }

// Close ends both directions.
func (c echo) Close() error {
	_ = c.to.Close()
	return c.PipeReader.Close()
}
