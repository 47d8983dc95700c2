package enginetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
)

var _ loop.Events = (*Engine)(nil)

// ReadEvents implements loop.Events.
func (e *Engine) ReadEvents(ctx context.Context, pause string) (event.Log, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.owner(pause); p != nil {
		return slices.Clone(p.events), ctx.Err()
	}
	return nil, ctx.Err()
}

// WriteEvents implements loop.Events.
func (e *Engine) WriteEvents(ctx context.Context, pause string, log event.Log) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.owner(pause)
	if p == nil {
		return fmt.Errorf("write events to %s: there is no such container: %w", pause, plan.ErrStale)
	}
	p.events = slices.Clone(log)
	return ctx.Err()
}

// ReadResolv implements loop.Events: a server of the engine's own, and room for
// no other.
func (e *Engine) ReadResolv(ctx context.Context, _ string) (string, error) {
	return "nameserver 192.0.2.254\n", ctx.Err()
}

// eventsStay writes events to a pause that is not started yet, to one that runs
// and to one that has ended.
func eventsStay(b *bench) {
	b.do(b.birth())
	pause := b.world().Pause.ID
	read := func() event.Log {
		log, err := b.engine.ReadEvents(b.ctx, pause)
		if err != nil {
			b.Fatal(err)
		}
		return log
	}
	if log := read(); len(log) > 0 {
		b.Errorf("before anything was written there is %v", log)
	}
	var log event.Log
	for i, op := range []plan.Kind{plan.Note, plan.StartPause, plan.StopPause} {
		if op != plan.Note {
			b.do(plan.Op{Kind: op, Target: pause})
		}
		at := time.Unix(int64(i), 0).UTC()
		log = append(log, event.Event{Unit: "c", Type: "Normal", Reason: string(op), Message: "\"text\"", First: at, Last: at, Count: 1})
		if err := b.engine.WriteEvents(b.ctx, pause, log); err != nil {
			b.Fatal(err)
		}
		if diff := cmp.Diff(log, read()); diff != "" {
			b.Errorf("events (-written +read):\n%s", diff)
		}
	}
	b.do(plan.Op{Kind: plan.RemovePause, Target: pause})
	if log, err := b.engine.ReadEvents(b.ctx, pause); err != nil || len(log) > 0 {
		b.Errorf("of a pause that is gone there is %v, %v", log, err)
	}
}
