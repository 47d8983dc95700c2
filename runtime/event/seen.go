package event

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// The reasons of events that whoever keeps a pod need not write down: the
// engine tells of them, for as long as the container is there.
const (
	reasonScheduled = "Scheduled"
	reasonPulled    = "Pulled"
	reasonCreated   = "Created"
	reasonStarted   = "Started"
)

// reasonFailed is that of an event that a container was not made, or not started.
const reasonFailed = "Failed"

// reasonPulling is that of an event which is written down.
const reasonPulling = "Pulling"

// ReasonOOM is the reason of the event that the kernel has killed a process for
// its memory. A kubelet says so of the machine's memory alone; the word is that
// of Kubernetes' node-problem-detector.
const ReasonOOM = "OOMKilling"

// Of is all that is known of what happened to a pod: what was written down of
// it, and what the engine tells.
func Of(w plan.World, written Log) Log {
	l := written.Complete(w)
	for _, e := range Seen(w) {
		l, _, _ = l.Add(e)
	}
	return l
}

// Complete is the log with what nobody writes down who made a container: that
// its image was there, at the time when it was made.
func (l Log) Complete(w plan.World) Log {
	for _, c := range w.Containers {
		if at := l.made(c); !l.tellsOfImage(c.Unit, at) {
			l = l.Join(Log{normal(c.Unit, reasonPulled, present(c.Image), at)})
		}
	}
	return l
}

// Lacks reports whether Complete adds to the log what was there at a time.
func (l Log) Lacks(w plan.World, at time.Time) bool {
	return slices.ContainsFunc(w.Containers, func(c plan.Container) bool {
		return c.Created.Before(at) && !l.tellsOfImage(c.Unit, l.made(c))
	})
}

// made is when the first container of a unit was made, which may be no more.
func (l Log) made(c plan.Container) time.Time {
	for _, e := range l {
		if e.Unit == c.Unit && e.Reason == reasonCreated {
			return earlier(c.Created, e.First)
		}
	}
	return c.Created
}

// tellsOfImage reports whether by a time the image of a unit was there, or was
// being pulled by someone who will tell.
func (l Log) tellsOfImage(unit string, at time.Time) bool {
	return slices.ContainsFunc(l, func(e Event) bool {
		return e.Unit == unit && (e.Reason == reasonPulled || e.Reason == reasonPulling) && !e.First.After(at)
	})
}

// Seen are the events that a look at a pod tells: that it was given to this
// node, of containers that were made and started, and of a pause that was started anew, whoever did it.
func Seen(w plan.World) []Event {
	var all []Event
	if w.Pause != nil && w.Want != nil && w.Want.Pod.Spec.NodeName != "" {
		all = append(all, scheduled(w.Want.Pod, w.Pause.Created))
	}
	if at, changed := w.SandboxChanged(); changed {
		all = append(all, normal("", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.", at))
	}
	all = append(all, missingDNS(w)...)
	for _, c := range w.Containers {
		all = append(all, normal(c.Unit, reasonCreated, "Container created", c.Created))
		if !c.StartedAt.IsZero() {
			all = append(all, normal(c.Unit, reasonStarted, "Container started", c.StartedAt))
		}
		if !c.OOMAt.IsZero() {
			all = append(all, warning(c.Unit, ReasonOOM, "A process of container "+c.Unit+" was killed for its memory", c.OOMAt))
		}
	}
	slices.SortStableFunc(all, func(a, b Event) int { return a.First.Compare(b.First) })
	return all
}

// missingDNS tells that a pod that asks for a cluster's DNS has none
// (pkg/kubelet/network/dns, GetPodDNS). ClusterFirst does not ask: it is what each
// pod has whose manifest says nothing.
func missingDNS(w plan.World) []Event {
	if w.Want == nil || w.Pause == nil || w.Pause.StartedAt.IsZero() || w.Want.Pod.Spec.DNSPolicy != v1.DNSClusterFirstWithHostNet {
		return nil
	}
	pod := w.Want.Pod
	return []Event{warning("", "MissingClusterDNS", fmt.Sprintf("pod: \"%s_%s(%s)\". kubelet does not have ClusterDNS IP configured and cannot create Pod using %q policy. Falling back to %q policy.",
		pod.Name, pod.Namespace, pod.UID, v1.DNSClusterFirst, v1.DNSDefault), w.Pause.StartedAt)}
}

// LeftOut tells what of a pod's dnsConfig is not in its resolv.conf.
func LeftOut(w plan.World, conf string, now time.Time) []Event {
	var all []Event
	for _, message := range w.Want.DNSLeftOut(conf) {
		all = append(all, warning("", "DNSConfigForming", message, now))
	}
	return all
}

// present tells that an image had not to be pulled.
func present(image string) string {
	return fmt.Sprintf("Container image %q already present on machine and can be accessed by the pod", image)
}

// Routine reports whether an event need not be written down: Of finds it out
// again.
func (e Event) Routine() bool {
	switch {
	case e.Count > 1 || e.Type != v1.EventTypeNormal:
		return false
	case e.Reason == reasonPulled:
		return strings.Contains(e.Message, " already present on machine ")
	}
	return e.Reason == reasonCreated || e.Reason == reasonStarted || e.Reason == reasonScheduled
}
