package apiserver

import (
	"cmp"
	"context"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// eventLife is how long an event is shown after it was last seen, as in Kubernetes.
const eventLife = time.Hour

// Record shows an event to clients. An event with the name of an earlier one
// replaces it. One without a name gets one made of what it is about and of its
// time, as client-go's recorder does, so that a list by name is in the order in
// which things happened; seen again, it is counted and not repeated. Times that
// are missing become now.
func (s *Server) Record(event *v1.Event) error {
	event = event.DeepCopy()
	if event.LastTimestamp.IsZero() {
		event.LastTimestamp = metav1.NewTime(s.Now())
	}
	if event.Namespace == "" {
		event.Namespace = cmp.Or(event.InvolvedObject.Namespace, metav1.NamespaceDefault)
	}
	s.needNamespace(event.Namespace)
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	counted := event.Name == ""
	if counted {
		event.Name = s.events.name(event, s.isFree)
	}
	s.completeEvent(event)
	err := s.store.Set(keyOf(kind.Events, event), func(current *store.Item) store.Object {
		if current != nil {
			follow(event, current.Object.(*v1.Event))
			if counted {
				count(event, current.Object.(*v1.Event))
			}
		}
		return event
	})
	if err != nil {
		return err
	}
	return s.dropEvents(event.Namespace, s.events.surplus(event.InvolvedObject))
}

// isFree reports whether an event may have the name.
func (s *Server) isFree(namespace, name string) bool {
	return s.store.Get(store.Key{Resource: kind.Events, Namespace: namespace, Name: name}) == nil
}

func (s *Server) completeEvent(event *v1.Event) {
	event.FirstTimestamp, event.LastTimestamp = event.FirstTimestamp.Rfc3339Copy(), event.LastTimestamp.Rfc3339Copy()
	if event.FirstTimestamp.IsZero() {
		event.FirstTimestamp = event.LastTimestamp
	}
	event.Count = max(event.Count, 1)
	event.UID, event.CreationTimestamp = uuid.NewUUID(), metav1.NewTime(s.Now()).Rfc3339Copy()
	s.kinds.ByResource(kind.Events).Stamp(event)
}

// follow makes an event a later version of another one.
func follow(event, before *v1.Event) {
	event.UID, event.CreationTimestamp = before.UID, before.CreationTimestamp
}

// count adds what was seen before to an event. What is told late may have
// happened before.
func count(event, before *v1.Event) {
	event.Count += before.Count
	if before.FirstTimestamp.Before(&event.FirstTimestamp) {
		event.FirstTimestamp = before.FirstTimestamp
	}
	if event.LastTimestamp.Before(&before.LastTimestamp) {
		event.LastTimestamp = before.LastTimestamp
	}
}

// forgetEvents removes the events whose time is over.
func (s *Server) forgetEvents() error {
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	defer s.events.forget(s.isFree)
	items, _ := s.store.List(kind.Events, "")
	for _, item := range items {
		event := item.Object.(*v1.Event)
		seen := latest(event.LastTimestamp.Time, event.EventTime.Time, event.CreationTimestamp.Time)
		if s.Now().Sub(seen) < eventLife {
			continue
		}
		if err := s.dropEvents(event.Namespace, []string{event.Name}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) dropEvents(namespace string, names []string) error {
	for _, name := range names {
		key := store.Key{Resource: kind.Events, Namespace: namespace, Name: name}
		if err := s.store.Set(key, func(*store.Item) store.Object { return nil }); err != nil {
			return err
		}
	}
	return nil
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// keepEvents removes old events now and then.
func (s *Server) keepEvents(ctx context.Context) error {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := s.forgetEvents(); err != nil {
				s.Log.Warn("forget old events", "error", err)
			}
		}
	}
}
