// Package status says what Kubernetes would say of a pod: pure functions from
// a plan.World to the pod's own v1.PodStatus. It is the truth behind ps,
// describe, -o yaml and the API server.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now. The rules are the kubelet's (kubelet_pods.go,
// status/generate.go, prober_manager.go); a kubelet keeps what it said last,
// this package derives it all from the world, each time again.
package status

import (
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/util/qos"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Stopped is the reason of a pod that was stopped on purpose, and of its
// containers. Kubernetes has no word for it: a pod cannot be stopped there.
const Stopped = "Stopped"

// Stopping is the reason of a pod that is being stopped on purpose: something of
// it runs still.
const Stopping = "Stopping"

// Pod is the pod as `kubectl get -o yaml` shows it, with its status; nil when
// there is none. The world's own pod is not changed. Of a pod whose manifest
// cannot be read there are its name and why.
func Pod(w plan.World, now time.Time) *v1.Pod {
	if w.Want == nil && w.Pause == nil {
		return nil
	}
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: w.Namespace, Name: w.Name, UID: w.UID}}
	if w.Want != nil {
		pod = translate.Shown(w.Want.Pod)
	}
	pod.APIVersion, pod.Kind = "v1", "Pod"
	pod.Status = Status(w, now)
	if w.Pause != nil {
		pod.CreationTimestamp = stamp(w.Pause.Created)
	}
	return pod
}

// Status is the pod's status. The same world gives the same status at any
// time, but for what it says about back-offs that end. hostIP is left empty
// for whoever knows the node, and so is podIP with the host's network.
//
// Containers have statuses once a node would have made the pod its own: from
// the pause's start on, or from when that has failed.
func Status(w plan.World, now time.Time) v1.PodStatus {
	v := newView(w, now)
	s := v1.PodStatus{Phase: v.step.Phase}
	if w.Pause != nil {
		v.fillPause(&s)
	}
	v.fillReason(&s)
	if w.Want == nil {
		return s
	}
	s.ObservedGeneration = w.Want.Pod.Generation
	s.QOSClass = qos.ComputePodQOS(w.Want.Pod)
	if v.visible() && !v.rejected() {
		s.InitContainerStatuses = v.statuses(v.inits)
		s.ContainerStatuses = v.byName(v.apps)
		s.EphemeralContainerStatuses = v.byName(v.ephemerals)
		v.endNeverRun(&s)
		v.fillResources(&s)
	}
	s.Conditions = v.conditions(&s)
	return s
}

// fillPause is what the pause alone tells.
func (v view) fillPause(s *v1.PodStatus) {
	if v.unscheduled() == nil {
		created := stamp(v.Pause.Created)
		s.StartTime = &created
	}
	for _, ip := range v.Addresses() {
		s.PodIPs = append(s.PodIPs, v1.PodIP{IP: ip})
	}
	if len(s.PodIPs) > 0 {
		s.PodIP = s.PodIPs[0].IP
	}
}

// fillReason is the word for the pod as a whole, where its phase is not
// enough.
func (v view) fillReason(s *v1.PodStatus) {
	switch {
	case v.step.State == plan.Stopped:
		s.Phase, s.Reason, s.Message = v1.PodPending, Stopped, "The pod was stopped on purpose; it can be started again"
	case v.step.State == plan.Stopping:
		s.Reason, s.Message = Stopping, "The pod is being stopped on purpose"
	case v.EndReason() != "":
		s.Reason, s.Message = v.EndReason(), v.EndMessage()
	case v.rejected():
		s.Reason, s.Message, _ = plan.Rejection(v.World)
	case v.Want == nil && v.bringing() && len(v.step.Waits) > 0:
		s.Reason, s.Message = v.step.Waits[0].Reason, v.step.Waits[0].Detail
	}
}

// rejected tells whether nothing of the pod is ever run.
func (v view) rejected() bool {
	_, _, rejected := plan.Rejection(v.World)
	return rejected
}

// stamp is a time as Kubernetes writes it: whole seconds, and a zero time
// stays zero.
func stamp(t time.Time) metav1.Time { return metav1.NewTime(t.Truncate(time.Second)) }
