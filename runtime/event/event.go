// Package event says what happened to a pod, in the kubelet's words
// (pkg/kubelet/events/event.go and its callers): what of it the engine tells,
// what an operation tells, and the log that is kept of it.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now.
package event

import (
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// Event is something that happened to a pod, or to one of its containers, once
// or again and again.
type Event struct {
	Unit    string    `json:"unit,omitempty"` // empty for the pod
	Type    string    `json:"type"`           // v1.EventTypeNormal or v1.EventTypeWarning
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Count   int       `json:"count"`
	// Attempt is the ID of the container that was stopped last though it is to
	// run, and Why why, in words; empty for everything else.
	Attempt string `json:"attempt,omitempty"`
	Why     string `json:"why,omitempty"`
}

// maxMessage is how long a message of an event may be in Kubernetes, in bytes.
const maxMessage = 1024

func normal(unit, reason, message string, at time.Time) Event {
	return once(Event{Unit: unit, Type: v1.EventTypeNormal, Reason: reason, Message: message}, at)
}

func warning(unit, reason, message string, at time.Time) Event {
	return once(Event{Unit: unit, Type: v1.EventTypeWarning, Reason: reason, Message: message}, at)
}

func once(e Event, at time.Time) Event {
	if len(e.Message) > maxMessage {
		e.Message = e.Message[:maxMessage]
	}
	e.First, e.Last, e.Count = at, at, 1
	return e
}

// scheduled is the event of a pod that was given to this node.
func scheduled(pod *v1.Pod, at time.Time) Event {
	return normal("", reasonScheduled, "Successfully assigned "+pod.Namespace+"/"+pod.Name+" to "+pod.Spec.NodeName, at)
}

// Object is the event as the API has it. host is the node's name.
func (e Event) Object(w plan.World, host string) *v1.Event {
	about := v1.ObjectReference{Kind: "Pod", APIVersion: "v1", Namespace: w.Namespace, Name: w.Name, UID: w.UID}
	if w.Want != nil {
		about.Namespace, about.Name, about.UID = w.Want.Pod.Namespace, w.Want.Pod.Name, w.Want.Pod.UID
		if u, ok := w.Want.Unit(e.Unit); ok {
			about.FieldPath = fieldPath(u.Path, e.Unit)
		}
	}
	component := "kubelet"
	if e.Reason == reasonScheduled {
		component, host = "default-scheduler", ""
	}
	return &v1.Event{
		InvolvedObject: about, Type: e.Type, Reason: e.Reason, Message: e.Message, Count: int32(e.Count),
		FirstTimestamp: metav1.NewTime(e.First), LastTimestamp: metav1.NewTime(e.Last),
		Source: v1.EventSource{Component: component, Host: host}, ReportingController: component, ReportingInstance: host,
	}
}

// fieldPath is how events name a container: spec.containers{name}.
func fieldPath(path, unit string) string {
	for i, c := range path {
		if c == '[' {
			path = path[:i]
			break
		}
	}
	return path + "{" + unit + "}"
}
