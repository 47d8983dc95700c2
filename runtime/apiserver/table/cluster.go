package table

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/status"
)

// Nodes prints nodes.
func Nodes() Printer {
	return Printer{
		Columns: columns("Name", "Status", "Roles", "Age", "Version", "wide:Internal-IP", "wide:External-IP", "wide:OS-Image", "wide:Kernel-Version", "wide:Container-Runtime"),
		row:     func(o store.Object, now time.Time) []any { return nodeRow(o.(*v1.Node), now) },
	}
}

func nodeRow(node *v1.Node, now time.Time) []any {
	info := node.Status.NodeInfo
	return []any{
		node.Name, nodeStatus(node), nodeRoles(node), born(node, now), info.KubeletVersion,
		address(node, v1.NodeInternalIP), address(node, v1.NodeExternalIP),
		or(info.OSImage, "<unknown>"), or(info.KernelVersion, "<unknown>"), or(info.ContainerRuntimeVersion, "<unknown>"),
	}
}

func nodeStatus(node *v1.Node) string {
	status := "Unknown"
	for _, condition := range node.Status.Conditions {
		if condition.Type != v1.NodeReady {
			continue
		}
		status = "NotReady"
		if condition.Status == v1.ConditionTrue {
			status = "Ready"
		}
	}
	if node.Spec.Unschedulable {
		status += ",SchedulingDisabled"
	}
	return status
}

func nodeRoles(node *v1.Node) string {
	var roles []string
	for label, value := range node.Labels {
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok && role != "" {
			roles = append(roles, role)
		} else if label == "kubernetes.io/role" && value != "" {
			roles = append(roles, value)
		}
	}
	slices.Sort(roles)
	return or(strings.Join(slices.Compact(roles), ","), "<none>")
}

func address(node *v1.Node, kind v1.NodeAddressType) string {
	for _, a := range node.Status.Addresses {
		if a.Type == kind {
			return a.Address
		}
	}
	return "<none>"
}

// Services prints services.
func Services() Printer {
	return Printer{
		Columns: columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "wide:Selector"),
		row:     func(o store.Object, now time.Time) []any { return serviceRow(o.(*v1.Service), now) },
	}
}

func serviceRow(service *v1.Service, now time.Time) []any {
	internal := "<none>"
	if len(service.Spec.ClusterIPs) > 0 {
		internal = service.Spec.ClusterIPs[0]
	}
	ports := make([]string, 0, len(service.Spec.Ports))
	for _, p := range service.Spec.Ports {
		port := fmt.Sprintf("%d/%s", p.Port, p.Protocol)
		if p.NodePort > 0 {
			port = fmt.Sprintf("%d:%d/%s", p.Port, p.NodePort, p.Protocol)
		}
		ports = append(ports, port)
	}
	return []any{
		service.Name, string(service.Spec.Type), internal, externalIP(service), or(strings.Join(ports, ","), "<none>"), born(service, now),
		labels.FormatLabels(service.Spec.Selector),
	}
}

func externalIP(service *v1.Service) string {
	ips := strings.Join(service.Spec.ExternalIPs, ",")
	switch service.Spec.Type {
	case v1.ServiceTypeExternalName:
		return service.Spec.ExternalName
	case v1.ServiceTypeLoadBalancer:
		return or(ips, "<pending>")
	}
	return or(ips, "<none>")
}

// Events prints events.
func Events() Printer {
	return Printer{
		Columns: columns("Last Seen", "Type", "Reason", "Object", "wide:Subobject", "wide:Source", "Message", "wide:First Seen", "wide:Count", "wide:Name"),
		row:     func(o store.Object, now time.Time) []any { return eventRow(o.(*v1.Event), now) },
	}
}

func eventRow(event *v1.Event, now time.Time) []any {
	first := status.Age(event.FirstTimestamp, now)
	if event.FirstTimestamp.IsZero() {
		first = status.Age(metav1.Time{Time: event.EventTime.Time}, now)
	}
	last := first
	if !event.LastTimestamp.IsZero() {
		last = status.Age(event.LastTimestamp, now)
	}
	times := max(event.Count, 1)
	if event.Series != nil {
		last, times = status.Age(metav1.Time{Time: event.Series.LastObservedTime.Time}, now), event.Series.Count
	}
	target := strings.ToLower(event.InvolvedObject.Kind)
	if event.InvolvedObject.Name != "" {
		target += "/" + event.InvolvedObject.Name
	}
	return []any{
		last, event.Type, event.Reason, target, event.InvolvedObject.FieldPath, eventSource(event),
		strings.TrimSpace(event.Message), first, int64(times), event.Name,
	}
}

func eventSource(event *v1.Event) string {
	source := or(event.Source.Component, event.ReportingController)
	if host := or(event.Source.Host, event.ReportingInstance); host != "" {
		source += ", " + host
	}
	return source
}
