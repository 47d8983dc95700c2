package apiserver

import (
	"context"
	"fmt"
	"hash/fnv"
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
// replaces it. Without a name it gets one made of what it is about, its reason
// and its message, so that the same event seen again is counted and not repeated.
// Times that are missing become now.
func (s *Server) Record(event *v1.Event) error {
	event = event.DeepCopy()
	counting := event.Name == ""
	s.completeEvent(event)
	s.needNamespace(event.Namespace)
	return s.store.Set(keyOf(kind.Events, event), func(current *store.Item) store.Object {
		if current == nil {
			return event
		}
		before := current.Object.(*v1.Event)
		event.UID, event.CreationTimestamp = before.UID, before.CreationTimestamp
		if counting {
			event.FirstTimestamp, event.Count = before.FirstTimestamp, before.Count+1
		}
		return event
	})
}

func (s *Server) completeEvent(event *v1.Event) {
	if event.Namespace == "" {
		event.Namespace = event.InvolvedObject.Namespace
	}
	if event.Namespace == "" {
		event.Namespace = metav1.NamespaceDefault
	}
	if event.Name == "" {
		event.Name = eventName(event)
	}
	now := metav1.NewTime(s.Now()).Rfc3339Copy()
	if event.LastTimestamp.IsZero() {
		event.LastTimestamp = now
	}
	if event.FirstTimestamp.IsZero() {
		event.FirstTimestamp = event.LastTimestamp
	}
	event.Count = max(event.Count, 1)
	event.UID, event.CreationTimestamp = uuid.NewUUID(), now
	s.kinds.ByResource(kind.Events).Stamp(event)
}

func eventName(event *v1.Event) string {
	hash := fnv.New64a()
	about := event.InvolvedObject
	fmt.Fprintf(hash, "%s|%s|%s|%s|%s|%s", about.UID, about.Kind, about.FieldPath, event.Type, event.Reason, event.Message)
	return fmt.Sprintf("%s.%016x", about.Name, hash.Sum64())
}

// forgetEvents removes the events whose time is over.
func (s *Server) forgetEvents() error {
	items, _ := s.store.List(kind.Events, "")
	for _, item := range items {
		event := item.Object.(*v1.Event)
		seen := latest(event.LastTimestamp.Time, event.EventTime.Time, event.CreationTimestamp.Time)
		if s.Now().Sub(seen) < eventLife {
			continue
		}
		err := s.store.Set(keyOf(kind.Events, event), func(*store.Item) store.Object { return nil })
		if err != nil {
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
