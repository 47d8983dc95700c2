package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/minipod/minipod/runtime/docker"
)

// outage is a log that says once that the engine does not answer, and once that
// it does again: everything that fails meanwhile fails for that.
type outage struct {
	slog.Handler
	away atomic.Bool
	lost chan struct{}
}

func newOutage(to slog.Handler) *outage { return &outage{Handler: to, lost: make(chan struct{}, 1)} }

// Handle passes on what is not about an engine that is known to be away.
func (o *outage) Handle(ctx context.Context, r slog.Record) error {
	if !unreachableIn(r) {
		return o.Handler.Handle(ctx, r)
	}
	if !o.away.CompareAndSwap(false, true) {
		return nil
	}
	o.lost <- struct{}{}
	return o.Handler.Handle(ctx, r)
}

func unreachableIn(r slog.Record) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		found = ok && errors.As(err, new(*docker.UnreachableError))
		return !found
	})
	return found
}

// outageGlance is how often is looked whether an engine answers again.
const outageGlance = time.Second

// run says when the engine answers again, until ctx ends.
func (o *outage) run(ctx context.Context, ask func(context.Context) error) {
	ticker := time.NewTicker(outageGlance)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.lost:
		}
		for ask(ctx) != nil {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
		o.away.Store(false)
		r := slog.NewRecord(time.Now(), slog.LevelWarn, "the engine answers again", 0)
		_ = o.Handler.Handle(ctx, r) // stderr is gone: nobody is left to tell
	}
}
