package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// wrote reports whether a revision of a pod was written through this Engine.
func (e *Engine) wrote(uid types.UID, revision int) bool {
	newest, ok := e.asked.Load(uid)
	return ok && newest.(int) == revision
}

// signalsTime bounds how long is listened for signals that were sent.
const signalsTime = time.Second

// readSignals gives the containers that run the time at which whoever asked for
// the end of the pod has sent them a signal. The engine keeps no such thing but
// among its last events: those that it remembers no more are missing, and
// failing to find out is no failure.
func (e *Engine) readSignals(ctx context.Context, w *plan.World, since time.Time) {
	missing := false
	for i := range w.Containers {
		c := &w.Containers[i]
		switch at, known := e.signals.Load(c.ID); {
		case c.State != plan.Running:
			e.signals.Delete(c.ID)
		case known:
			c.Signalled = at.(time.Time)
		default:
			missing = true
		}
	}
	if missing {
		sent := e.sentSince(ctx, w.UID, since)
		for i := range w.Containers {
			c := &w.Containers[i]
			if at, ok := sent[c.ID]; ok && c.State == plan.Running {
				c.Signalled = at
				e.signals.Store(c.ID, at)
			}
		}
	}
}

// sentSince are when containers of a pod were first sent a signal since then, by
// ID.
func (e *Engine) sentSince(ctx context.Context, uid types.UID, since time.Time) map[string]time.Time {
	ctx, cancel := context.WithTimeout(ctx, signalsTime)
	defer cancel()
	now := time.Now()
	messages, failed := e.cli.Events(ctx, events.ListOptions{
		Since: fmt.Sprint(since.Unix()),
		Until: fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond()),
		Filters: filters.NewArgs(
			filters.Arg("type", string(events.ContainerEventType)), filters.Arg("event", string(events.ActionKill)),
			filters.Arg("label", translate.LabelUID+"="+string(uid))),
	})
	sent := map[string]time.Time{}
	for {
		select {
		case m := <-messages:
			if _, known := sent[m.Actor.ID]; !known {
				sent[m.Actor.ID] = time.Unix(0, m.TimeNano)
			}
		case <-failed: // also the end
			return sent
		}
	}
}
