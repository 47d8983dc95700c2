package store

import (
	"context"
	"fmt"
	"sort"
)

// historyBytes bounds the JSON that the history of one resource holds on to.
// About 4,000 changes of pods fit: minutes of a busy test run.
const historyBytes = 16 << 20

// Event is one change of one object.
type Event struct {
	Prev *Item // nil: the object is new
	Item *Item // as it is now; of a removed object the last state, with the version of its removal
	Gone bool
}

// ExpiredError says that changes after Version are wanted that the history no longer holds.
type ExpiredError struct {
	Version, Oldest uint64
}

// Error names both versions, as Kubernetes does.
func (e *ExpiredError) Error() string {
	return fmt.Sprintf("too old resource version: %d (%d)", e.Version, e.Oldest)
}

// history is the changes of one resource, oldest first.
type history struct {
	events []Event
	floor  uint64 // every change after this version is in events
	bytes  int
	more   chan struct{} // closed when a change comes
}

func newHistory(floor uint64) history {
	return history{floor: floor, more: make(chan struct{})}
}

func (h *history) append(e Event) {
	h.events = append(h.events, e)
	h.bytes += len(e.Item.JSON)
	for h.bytes > historyBytes && len(h.events) > 1 {
		h.bytes -= len(h.events[0].Item.JSON)
		h.floor = h.events[0].Item.Version
		h.events[0] = Event{}
		h.events = h.events[1:]
	}
	close(h.more)
	h.more = make(chan struct{})
}

// after returns the changes that came after version.
func (h *history) after(version uint64) []Event {
	i := sort.Search(len(h.events), func(i int) bool { return h.events[i].Item.Version > version })
	return h.events[i:]
}

// removedAfter reports whether the object with the UID was removed after version.
func (h *history) removedAfter(version uint64, obj Object) bool {
	for _, e := range h.after(version) {
		if e.Gone && e.Item.Object.GetUID() == obj.GetUID() {
			return true
		}
	}
	return false
}

// Cursor reads the changes of one resource in order.
type Cursor struct {
	store    *Store
	resource string
	version  uint64
}

// Watch returns a cursor on the changes after version, or an ExpiredError. A
// version from the future is taken as now.
func (s *Store) Watch(resource string, version uint64) (*Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shelves[resource]
	if sh == nil {
		sh = &shelf{items: map[Key]*Item{}, log: newHistory(s.version)}
		s.shelves[resource] = sh
	}
	if version < sh.log.floor {
		return nil, &ExpiredError{Version: version, Oldest: sh.log.floor}
	}
	return &Cursor{store: s, resource: resource, version: min(version, s.version)}, nil
}

// Next waits for changes and returns all there are. It fails with the error of
// ctx, or with an ExpiredError if the reader was too slow.
func (c *Cursor) Next(ctx context.Context) ([]Event, error) {
	for {
		events, more, err := c.read()
		if err != nil || len(events) > 0 {
			return events, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-more:
		}
	}
}

// Version is the version up to which the cursor has read.
func (c *Cursor) Version() uint64 { return c.version }

func (c *Cursor) read() ([]Event, <-chan struct{}, error) {
	c.store.mu.RLock()
	defer c.store.mu.RUnlock()
	log := &c.store.shelves[c.resource].log
	if c.version < log.floor {
		return nil, nil, &ExpiredError{Version: c.version, Oldest: log.floor}
	}
	events := append([]Event(nil), log.after(c.version)...)
	c.version = c.store.version
	return events, log.more, nil
}
