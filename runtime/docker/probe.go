package docker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/probe"
)

// act does what a probe or a hook asks of a container.
func (e *Engine) act(ctx context.Context, op plan.Op) error {
	return probe.Do(ctx, e, op.Target, op.Pause, *op.Action)
}

// leastStop is what a container gets between the stop signal and the kill when
// its hook has used the grace up.
const leastStop = 2 * time.Second

// stopUnit ends a container, after its hook. The hook takes of the grace, at
// most all of it; one that fails keeps nothing from being stopped, and is
// told of.
func (e *Engine) stopUnit(ctx context.Context, op plan.Op) error {
	grace := op.Grace
	var failed error
	if op.Action != nil {
		start := time.Now()
		failed = e.preStop(ctx, op)
		grace = max(grace-time.Since(start), leastStop)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := e.stop(ctx, op.Target, grace); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%w: %w", plan.ErrHook, failed)
	}
	return nil
}

func (e *Engine) preStop(ctx context.Context, op plan.Op) error {
	ctx, cancel := context.WithTimeout(ctx, op.Grace)
	defer cancel()
	err := e.act(ctx, op)
	if errors.Is(err, plan.ErrStale) {
		return nil // it has ended by itself
	}
	return err
}
