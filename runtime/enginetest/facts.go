package enginetest

import (
	"context"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Facts are what the model tells of its machine. The zero value is a machine
// that has nothing and containers that use nothing.
type Facts struct {
	Machine engine.Info
	// Usage is what a running container has used so far.
	Usage func(c plan.Container) engine.Stats
}

// Info implements node.Facts.
func (e *Engine) Info(ctx context.Context) (engine.Info, error) { return e.Facts.Machine, ctx.Err() }

// Stats implements node.Facts.
func (e *Engine) Stats(ctx context.Context, name string) (engine.Stats, error) {
	c, err := e.find(name)
	if err != nil || c.State != plan.Running {
		return engine.Stats{}, err
	}
	if e.Facts.Usage == nil {
		return engine.Stats{At: e.Now()}, ctx.Err()
	}
	return e.Facts.Usage(c), ctx.Err()
}
