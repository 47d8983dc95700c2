package apiserver

import (
	"fmt"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
)

// eventNames knows the names of events that were recorded without one.
type eventNames struct {
	mu    sync.Mutex
	about map[v1.ObjectReference]map[eventText]eventName
}

// eventText is all of an event that is the same when it is seen again; what it is
// about is the same too (client-go, tools/record, getEventKey).
type eventText struct{ component, host, fieldPath, kind, reason, message string }

type eventName struct {
	namespace, name string
	last            time.Time
}

// eventsKept is how many events of one object are kept: what fails again and
// again in other words pushes out what was seen the longest time ago.
const eventsKept = 100

// object is what an event is about, whichever part of it.
func object(about v1.ObjectReference) v1.ObjectReference {
	about.FieldPath, about.ResourceVersion = "", ""
	return about
}

// name is the name of an event: that of an equal one, or a new one that is free.
func (e *eventNames) name(event *v1.Event, free func(namespace, name string) bool) string {
	about := object(event.InvolvedObject)
	if e.about == nil {
		e.about = map[v1.ObjectReference]map[eventText]eventName{}
	}
	if e.about[about] == nil {
		e.about[about] = map[eventText]eventName{}
	}
	text := eventText{
		event.Source.Component, event.Source.Host, event.InvolvedObject.FieldPath,
		event.Type, event.Reason, event.Message,
	}
	at := event.LastTimestamp.Time
	known, seen := e.about[about][text]
	if !seen || free(event.Namespace, known.name) { // a client may have deleted it
		known.name = newEventName(event, free)
	}
	e.about[about][text] = eventName{event.Namespace, known.name, latest(known.last, at)}
	return known.name
}

// newEventName is the kubelet's kind of name. Two events of one moment are told
// apart by a billionth of a second.
func newEventName(event *v1.Event, free func(namespace, name string) bool) string {
	const longest, digits = 253, 17
	base := event.InvolvedObject.Name
	base = base[:min(len(base), longest-digits)]
	for at := event.LastTimestamp.UnixNano(); ; at++ {
		if name := fmt.Sprintf("%s.%x", base, at); free(event.Namespace, name) {
			return name
		}
	}
}

// surplus takes out the names of events of an object that are too many.
func (e *eventNames) surplus(about v1.ObjectReference) []string {
	var names []string
	for texts := e.about[object(about)]; len(texts) > eventsKept; {
		var oldest eventText
		for text, one := range texts {
			if first := texts[oldest]; first.name == "" || one.last.Before(first.last) {
				oldest = text
			}
		}
		names = append(names, texts[oldest].name)
		delete(texts, oldest)
	}
	return names
}

// forget drops the names of events that are no more.
func (e *eventNames) forget(free func(namespace, name string) bool) {
	for about, texts := range e.about {
		for text, one := range texts {
			if free(one.namespace, one.name) {
				delete(texts, text)
			}
		}
		if len(texts) == 0 {
			delete(e.about, about)
		}
	}
}
