package describe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/util/qos"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// Machine is the machine of the engine, which is the node of its pods.
type Machine struct {
	Name      string
	Addresses []string
}

// Pod words a pod with what happened to it.
func Pod(w plan.World, log event.Log, on Machine, now time.Time) string {
	pod := status.Pod(w, now)
	status.Place(pod, on.Name, on.Addresses)
	p := newPage(now)
	p.head(pod)
	p.state(pod)
	if w.Want != nil {
		p.containers("Init Containers", pod, pod.Spec.InitContainers, pod.Status.InitContainerStatuses)
		p.containers("Containers", pod, pod.Spec.Containers, pod.Status.ContainerStatuses)
		p.containers("Ephemeral Containers", pod, ephemerals(pod), pod.Status.EphemeralContainerStatuses)
	}
	p.conditions(pod)
	if w.Want != nil {
		p.volumes(pod.Spec.Volumes)
		p.line(top, "QoS Class:\t%s", string(qos.GetPodQOS(pod)))
		p.list("Node-Selectors:", pairs(pod.Spec.NodeSelector, "="))
		p.list("Tolerations:", tolerations(pod.Spec.Tolerations))
		p.line(top, "Namespaces:\t%s", namespaces(w))
	}
	p.events(w, log)
	p.advice(Advice(w, log, now))
	return p.String()
}

func (p *page) head(pod *v1.Pod) {
	p.line(top, "Name:\t%s", pod.Name)
	p.line(top, "Namespace:\t%s", pod.Namespace)
	if pod.Spec.Priority != nil {
		p.line(top, "Priority:\t%d", *pod.Spec.Priority)
	}
	if name := pod.Spec.PriorityClassName; name != "" {
		p.line(top, "Priority Class Name:\t%s", name)
	}
	if name := pod.Spec.RuntimeClassName; name != nil && *name != "" {
		p.line(top, "Runtime Class Name:\t%s", *name)
	}
	if name := pod.Spec.ServiceAccountName; name != "" {
		p.line(top, "Service Account:\t%s", name)
	}
	node := none
	if name := pod.Spec.NodeName; name != "" {
		node = name + "/" + pod.Status.HostIP
	}
	p.line(top, "Node:\t%s", strings.TrimSuffix(node, "/"))
	if pod.Status.StartTime != nil {
		p.line(top, "Start Time:\t%s", date(*pod.Status.StartTime))
	}
	p.list("Labels:", pairs(pod.Labels, "="))
	p.list("Annotations:", annotations(&pod.ObjectMeta))
}

// state is where the pod stands, and its addresses.
func (p *page) state(pod *v1.Pod) {
	ended := pod.Status.Phase == v1.PodFailed || pod.Status.Phase == v1.PodSucceeded
	if pod.DeletionTimestamp != nil && !ended {
		p.line(top, "Status:\tTerminating (lasts %s)", status.Age(askedFor(pod), p.now))
		if grace := pod.DeletionGracePeriodSeconds; grace != nil {
			p.line(top, "Termination Grace Period:\t%ds", *grace)
		}
	} else {
		p.line(top, "Status:\t%s", string(pod.Status.Phase))
	}
	if pod.Status.Reason != "" {
		p.line(top, "Reason:\t%s", pod.Status.Reason)
	}
	if pod.Status.Message != "" {
		p.line(top, "Message:\t%s", pod.Status.Message)
	}
	p.line(top, "IP:\t%s", pod.Status.PodIP)
	if len(pod.Status.PodIPs) == 0 {
		p.line(top, "IPs:\t%s", none)
		return
	}
	p.line(top, "IPs:")
	for _, ip := range pod.Status.PodIPs {
		p.line(inner, "IP:\t%s", ip.IP)
	}
}

// askedFor is when the deletion of a pod was asked for: its deletionTimestamp is when
// its grace is over. kubectl counts from there, and says "<invalid>" until then.
func askedFor(pod *v1.Pod) metav1.Time {
	grace := int64(0)
	if pod.DeletionGracePeriodSeconds != nil {
		grace = *pod.DeletionGracePeriodSeconds
	}
	return metav1.NewTime(pod.DeletionTimestamp.Add(-kube.Seconds(grace)))
}

func (p *page) conditions(pod *v1.Pod) {
	if len(pod.Spec.ReadinessGates) > 0 {
		p.line(top, "Readiness Gates:")
		p.line(inner, "Type\tStatus")
		for _, gate := range pod.Spec.ReadinessGates {
			p.line(inner, "%s\t%s", string(gate.ConditionType), conditionStatus(pod, gate.ConditionType))
		}
	}
	if len(pod.Status.Conditions) == 0 {
		return
	}
	p.line(top, "Conditions:")
	p.line(inner, "Type\tStatus")
	for _, c := range pod.Status.Conditions {
		p.line(inner, "%s\t%s", string(c.Type), string(c.Status))
	}
}

func conditionStatus(pod *v1.Pod, name v1.PodConditionType) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == name {
			return string(c.Status)
		}
	}
	return none
}

// pairs are the entries of a map in order.
func pairs(m map[string]string, between string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, key+between+m[key])
	}
	return all
}

// longestNote is how much of an annotation is shown.
const longestNote = 140

// annotations are those of an object but for the one in which kubectl apply keeps
// the whole manifest.
func annotations(o *metav1.ObjectMeta) []string {
	own := maps.Clone(o.Annotations)
	delete(own, v1.LastAppliedConfigAnnotation)
	all := pairs(own, ": ")
	for i, text := range all {
		if runes := []rune(text); len(runes) > longestNote {
			all[i] = string(runes[:longestNote-3]) + "..."
		}
	}
	return all
}

func tolerations(list []v1.Toleration) []string {
	var all []string
	for _, t := range list {
		text := t.Key
		if t.Value != "" {
			text += "=" + t.Value
		}
		if t.Effect != "" {
			text += ":" + string(t.Effect)
		}
		if t.Operator == v1.TolerationOpExists && t.Value == "" {
			text = strings.TrimSpace(text + " op=Exists")
		}
		if t.TolerationSeconds != nil {
			text += fmt.Sprintf(" for %ds", *t.TolerationSeconds)
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// namespaces says which Linux namespaces the containers share.
func namespaces(w plan.World) string {
	spec := w.Want.Pod.Spec
	owner := func(host bool) string {
		if host {
			return "the machine's"
		}
		return "shared"
	}
	pid := "one each"
	switch {
	case spec.HostPID:
		pid = "the machine's"
	case w.Want.SharesPID:
		pid = "shared"
	}
	return fmt.Sprintf("net %s, ipc %s, pid %s", owner(spec.HostNetwork), owner(spec.HostIPC), pid)
}

func ephemerals(pod *v1.Pod) []v1.Container {
	var all []v1.Container
	for _, c := range pod.Spec.EphemeralContainers {
		all = append(all, v1.Container(c.EphemeralContainerCommon))
	}
	return all
}
