package docker

import (
	"context"
	"errors"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/probe"
)

// act does what a probe or a hook asks of a container.
func (e *Engine) act(ctx context.Context, op plan.Op) error {
	return probe.Do(ctx, e, op.Target, op.Pause, *op.Action)
}

// preStop runs the hook that goes before a stop, for as long as the grace lasts.
func (e *Engine) preStop(ctx context.Context, op plan.Op) error {
	ctx, cancel := context.WithTimeout(ctx, op.Grace)
	defer cancel()
	err := e.act(ctx, op)
	if errors.Is(err, plan.ErrStale) {
		return nil // it has ended by itself
	}
	return err
}
