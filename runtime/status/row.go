package status

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
)

// none is what a column shows that has nothing to show.
const none = "<none>"

// Row is a pod's line in `kubectl get pods -o wide`, cell by cell.
type Row struct {
	Name, Ready, Status, Restarts, Age string
	// These are in the wide form only.
	IP, Node, Nominated, Gates string
}

// PodRow is a pod as kubectl prints it (printPod in
// pkg/printers/internalversion): what is in the pod decides, the node has no
// say.
func PodRow(pod *v1.Pod, now time.Time) Row {
	p := printer{pod: pod, word: cmp.Or(pod.Status.Reason, string(pod.Status.Phase))}
	p.gated()
	if initializing := p.inits(); !initializing || conditionTrue(pod, v1.PodInitialized) {
		p.restarts = p.sidecars
		p.containers()
	}
	p.deleted()
	return Row{
		Name:      pod.Name,
		Ready:     fmt.Sprintf("%d/%d", p.ready, p.total()),
		Status:    p.word,
		Restarts:  p.restarts.cell(now),
		Age:       Age(pod.CreationTimestamp, now),
		IP:        podIP(pod),
		Node:      cmp.Or(pod.Spec.NodeName, none),
		Nominated: cmp.Or(pod.Status.NominatedNodeName, none),
		Gates:     gates(pod),
	}
}

// total counts the containers that can be ready.
func (p *printer) total() int {
	n := len(p.pod.Spec.Containers)
	for i := range p.pod.Spec.InitContainers {
		if sidecar(&p.pod.Spec.InitContainers[i]) {
			n++
		}
	}
	return n
}

// restarts are a number of restarts and the end that led to the newest.
type restarts struct {
	count int
	last  metav1.Time
}

func (r *restarts) add(s *v1.ContainerStatus) {
	r.count += int(s.RestartCount)
	if t := s.LastTerminationState.Terminated; t != nil && r.last.Before(&t.FinishedAt) {
		r.last = t.FinishedAt
	}
}

func (r restarts) cell(now time.Time) string {
	if r.count == 0 || r.last.IsZero() {
		return strconv.Itoa(r.count)
	}
	return fmt.Sprintf("%d (%s ago)", r.count, Age(r.last, now))
}

// Age is the time since t as kubectl writes it.
func Age(t metav1.Time, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(t.Time))
}

func podIP(pod *v1.Pod) string {
	if len(pod.Status.PodIPs) == 0 {
		return none
	}
	return cmp.Or(pod.Status.PodIPs[0].IP, none)
}

// gates are the readiness gates that are open, of all.
func gates(pod *v1.Pod) string {
	all := pod.Spec.ReadinessGates
	if len(all) == 0 {
		return none
	}
	open := 0
	for _, g := range all {
		if conditionTrue(pod, g.ConditionType) {
			open++
		}
	}
	return fmt.Sprintf("%d/%d", open, len(all))
}

func conditionTrue(pod *v1.Pod, t v1.PodConditionType) bool {
	c := find(pod.Status.Conditions, t)
	return c != nil && c.Status == v1.ConditionTrue
}
