package docker

import (
	"time"

	"github.com/docker/docker/api/types/events"
)

// heed remembers of an event what is to be seen nowhere else: that the kernel
// has killed a process for its memory. The engine says that of a container
// itself only where it ends, and keeps its events for a while.
func (e *Engine) heed(m events.Message) {
	switch m.Action {
	case events.ActionOOM:
		e.ooms.Store(m.Actor.ID, time.Unix(0, m.TimeNano))
	case events.ActionDestroy, events.ActionRemove:
		e.ooms.Delete(m.Actor.ID)
	}
}

// oomAt is when a process of a container was last killed for its memory.
func (e *Engine) oomAt(id string) time.Time {
	at, heard := e.ooms.Load(id)
	if !heard {
		return time.Time{}
	}
	return at.(time.Time)
}
