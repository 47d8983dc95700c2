package table

import (
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

func podPrinter() Printer {
	return Printer{
		Columns: columns("Name", "Ready", "Status", "Restarts", "Age", "wide:IP", "wide:Node", "wide:Nominated Node", "wide:Readiness Gates"),
		row:     func(o store.Object, now time.Time) []any { return podRow(o.(*v1.Pod), now) },
	}
}

func podRow(pod *v1.Pod, now time.Time) []any {
	s := Summarize(pod)
	restarts := count(s.Restarts)
	if s.Restarts != 0 && !s.LastRestart.IsZero() {
		restarts = fmt.Sprintf("%d (%s ago)", s.Restarts, age(s.LastRestart, now))
	}
	ip := ""
	if len(pod.Status.PodIPs) > 0 {
		ip = pod.Status.PodIPs[0].IP
	}
	return []any{
		pod.Name, fmt.Sprintf("%d/%d", s.Ready, s.Total), s.Status, restarts, born(pod, now),
		or(ip, "<none>"), or(pod.Spec.NodeName, "<none>"), or(pod.Status.NominatedNodeName, "<none>"), gates(pod),
	}
}

// Summary is what kubectl get pods says about a pod in READY, STATUS and RESTARTS.
type Summary struct {
	Ready, Total int
	Status       string
	Restarts     int
	LastRestart  metav1.Time // zero if unknown
}

// Summarize follows printPod of Kubernetes' own printers.
func Summarize(pod *v1.Pod) Summary {
	s := Summary{Total: len(pod.Spec.Containers), Status: or(pod.Status.Reason, string(pod.Status.Phase))}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == v1.PodScheduled && condition.Reason == v1.PodReasonSchedulingGated {
			s.Status = v1.PodReasonSchedulingGated
		}
	}
	sidecars := sidecarNames(pod)
	s.Total += len(sidecars)
	fromSidecars, initializing := s.addInit(pod, sidecars)
	if !initializing || conditionTrue(pod, v1.PodInitialized) {
		s.Restarts, s.LastRestart = fromSidecars.Restarts, fromSidecars.LastRestart
		s.addRegular(pod)
	}
	if pod.DeletionTimestamp != nil {
		s.setGoing(pod)
	}
	return s
}

func (s *Summary) setGoing(pod *v1.Pod) {
	const unreachable = "NodeLost"
	switch {
	case pod.Status.Reason == unreachable:
		s.Status = "Unknown"
	case pod.Status.Phase != v1.PodSucceeded && pod.Status.Phase != v1.PodFailed:
		s.Status = "Terminating"
	}
}

// addInit goes through the init containers up to the one that decides; the
// restarts of sidecars alone count once the pod is initialised.
func (s *Summary) addInit(pod *v1.Pod, sidecars map[string]bool) (fromSidecars Summary, initializing bool) {
	for i, container := range pod.Status.InitContainerStatuses {
		sidecar := sidecars[container.Name]
		s.addRestarts(container)
		if sidecar {
			fromSidecars.addRestarts(container)
		}
		if ended := container.State.Terminated; ended != nil && ended.ExitCode == 0 {
			continue
		}
		if sidecar && container.Started != nil && *container.Started {
			if container.Ready {
				s.Ready++
			}
			continue
		}
		s.Status = initStatus(pod, i, container)
		return fromSidecars, true
	}
	return fromSidecars, false
}

func initStatus(pod *v1.Pod, i int, container v1.ContainerStatus) string {
	if ended := container.State.Terminated; ended != nil {
		return "Init:" + endReason(ended)
	}
	if waiting := container.State.Waiting; waiting != nil && waiting.Reason != "" && waiting.Reason != "PodInitializing" {
		return "Init:" + waiting.Reason
	}
	return fmt.Sprintf("Init:%d/%d", i, len(pod.Spec.InitContainers))
}

// addRegular goes through the containers from last to first, so that the first one's word stands.
func (s *Summary) addRegular(pod *v1.Pod) {
	running, failure := false, ""
	for i := len(pod.Status.ContainerStatuses) - 1; i >= 0; i-- {
		container := pod.Status.ContainerStatuses[i]
		s.addRestarts(container)
		switch ended := container.State.Terminated; {
		case container.State.Waiting != nil && container.State.Waiting.Reason != "":
			s.Status = container.State.Waiting.Reason
		case ended != nil:
			s.Status = endReason(ended)
			if ended.ExitCode != 0 {
				failure = s.Status
			}
		case container.Ready && container.State.Running != nil:
			running = true
			s.Ready++
		}
	}
	if s.Status != "Completed" {
		return
	}
	switch {
	case running && conditionTrue(pod, v1.PodReady):
		s.Status = "Running"
	case failure != "":
		s.Status = failure
	case running:
		s.Status = "NotReady"
	}
}

func (s *Summary) addRestarts(container v1.ContainerStatus) {
	s.Restarts += int(container.RestartCount)
	if ended := container.LastTerminationState.Terminated; ended != nil && s.LastRestart.Before(&ended.FinishedAt) {
		s.LastRestart = ended.FinishedAt
	}
}

func endReason(ended *v1.ContainerStateTerminated) string {
	switch {
	case ended.Reason != "":
		return ended.Reason
	case ended.Signal != 0:
		return fmt.Sprintf("Signal:%d", ended.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", ended.ExitCode)
}

func sidecarNames(pod *v1.Pod) map[string]bool {
	names := map[string]bool{}
	for _, c := range pod.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == v1.ContainerRestartPolicyAlways {
			names[c.Name] = true
		}
	}
	return names
}

func conditionTrue(pod *v1.Pod, kind v1.PodConditionType) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == kind {
			return condition.Status == v1.ConditionTrue
		}
	}
	return false
}

func gates(pod *v1.Pod) string {
	if len(pod.Spec.ReadinessGates) == 0 {
		return "<none>"
	}
	open := 0
	for _, gate := range pod.Spec.ReadinessGates {
		if conditionTrue(pod, gate.ConditionType) {
			open++
		}
	}
	return fmt.Sprintf("%d/%d", open, len(pod.Spec.ReadinessGates))
}

// conditions marks the rows of pods that have ended, which clients may show apart.
func conditions(obj store.Object) []metav1.TableRowCondition {
	pod, ok := obj.(*v1.Pod)
	if !ok || (pod.Status.Phase != v1.PodSucceeded && pod.Status.Phase != v1.PodFailed) {
		return nil
	}
	message := "The pod has completed successfully."
	if pod.Status.Phase == v1.PodFailed {
		message = "The pod failed."
	}
	return []metav1.TableRowCondition{{
		Type: metav1.RowCompleted, Status: metav1.ConditionTrue, Reason: string(pod.Status.Phase), Message: message,
	}}
}
