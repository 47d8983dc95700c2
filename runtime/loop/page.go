package loop

import (
	"slices"
	"time"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
)

// page is what is known of one pod.
type page struct {
	world      plan.World // the last look
	log        event.Log
	waits      event.Waits
	read       bool          // what was written before is in the log
	pending    []event.Event // until then
	news       bool          // the log has what is to be written
	fresh      bool          // and something that has not happened before
	since      time.Time     // since when
	urgent     bool          // others ask for it soon
	written    time.Time
	pulls      []pull            // of which the next look tells
	present    []present         // of which the look tells that shows the container
	unresolved bool              // its pause was started, and its resolv.conf not yet looked at
	begun      map[string]string // how the stops were told of that are under way, by container
}

// pull is an image that was pulled; how large it is is not known yet.
type pull struct {
	op   plan.Op
	took time.Duration
	at   time.Time
}

// present is an image that had not to be pulled for a container that begins to be
// made. Another process may make it, or have made it.
type present struct {
	op    plan.Op
	event event.Event
}

// due reports whether the news of a page has waited for as long as it is to.
func (b *Book) due(p *page) bool {
	now := b.Now()
	return p.urgent || now.Sub(p.since) >= soon && (p.fresh || now.Sub(p.written) >= writeEvery)
}

// unread reports whether what others have written of a pod is to be read: before
// anything is told of it, and where they know of containers that they have made.
func (b *Book) unread(p *page) bool {
	return !p.read || b.heard != nil && p.log.Lacks(p.world, b.Now().Add(-writeEvery))
}

// pendingNews reports whether something of the page is to be written, and what
// was written before is not known.
func (p *page) pendingNews() bool {
	return !p.read && slices.ContainsFunc(p.pending, func(e event.Event) bool { return !e.Routine() })
}
