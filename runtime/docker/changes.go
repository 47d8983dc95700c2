package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/events"
	"k8s.io/apimachinery/pkg/types"
)

// Changes hints which pods may have changed: see runtime.Changes. All hints
// that nobody has taken yet are kept, one for each pod. It goes on while the
// engine is away, and sends "" when the engine is back.
func (e *Engine) Changes(ctx context.Context) <-chan types.UID {
	heard, out := make(chan types.UID), make(chan types.UID)
	go func() {
		defer close(heard)
		e.listenOn(ctx, heard)
	}()
	go func() {
		defer close(out)
		deliver(heard, out)
	}()
	return out
}

// listenOn goes on listening while the engine is away.
func (e *Engine) listenOn(ctx context.Context, heard chan<- types.UID) {
	for ctx.Err() == nil {
		e.listen(ctx, heard)
		wait(ctx, time.Second)
	}
}

// listen passes on what one stream of events says until it breaks.
func (e *Engine) listen(ctx context.Context, heard chan<- types.UID) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	messages, failed := e.cli.Events(ctx, events.ListOptions{Filters: watched()})
	heard <- ""
	for {
		select {
		case m := <-messages:
			if uid := podOf(m); uid != "" {
				e.heed(m)
				heard <- uid
			}
		case <-failed:
			return
		}
	}
}

// deliver takes what is heard at once and gives it on as it is taken.
func deliver(heard <-chan types.UID, out chan<- types.UID) {
	var order []types.UID
	pending := map[types.UID]bool{}
	for {
		var next types.UID
		var to chan<- types.UID
		if len(order) > 0 {
			next, to = order[0], out
		}
		select {
		case uid, ok := <-heard:
			if !ok {
				return
			}
			if !pending[uid] {
				pending[uid] = true
				order = append(order, uid)
			}
		case to <- next:
			delete(pending, next)
			order = order[1:]
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
