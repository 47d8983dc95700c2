package docker

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/minipod/minipod/runtime/object"
)

// ObjectChanges hints at objects that were made or changed: see loop.Objects.
// Each revision is a volume, and its name has the namespace: the engine's
// events of volumes have no labels. It goes on while the engine is away, and
// sends "" when the engine is back.
func (e *Engine) ObjectChanges(ctx context.Context) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for ctx.Err() == nil {
			e.listenObjects(ctx, out)
			wait(ctx, time.Second)
		}
	}()
	return out
}

// listenObjects passes on what one stream of events says until it breaks.
func (e *Engine) listenObjects(ctx context.Context, out chan<- string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	of := filters.NewArgs(filters.Arg("type", string(events.VolumeEventType)))
	of.Add("event", string(events.ActionCreate))
	of.Add("event", string(events.ActionDestroy))
	messages, failed := e.cli.Events(ctx, events.ListOptions{Filters: of})
	namespace, send := "", true
	for {
		if send {
			select {
			case out <- namespace:
			case <-ctx.Done():
				return
			}
		}
		select {
		case m := <-messages:
			namespace, send = object.NamespaceOf(m.Actor.ID)
		case <-failed:
			return
		}
	}
}
