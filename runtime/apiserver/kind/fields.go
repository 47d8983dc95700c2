package kind

import (
	"strconv"

	v1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

// The functions below answer the field labels that Kubernetes lets each kind be
// selected by. A field that is not set answers its zero value, so that
// spec.unschedulable=false finds the nodes that say nothing about it.

func podFields(o store.Object) fields.Set {
	pod := o.(*v1.Pod)
	return fields.Set{
		"spec.nodeName":            pod.Spec.NodeName,
		"spec.restartPolicy":       string(pod.Spec.RestartPolicy),
		"spec.schedulerName":       pod.Spec.SchedulerName,
		"spec.serviceAccountName":  pod.Spec.ServiceAccountName,
		"spec.hostNetwork":         strconv.FormatBool(pod.Spec.HostNetwork),
		"status.phase":             string(pod.Status.Phase),
		"status.podIP":             pod.Status.PodIP,
		"status.nominatedNodeName": pod.Status.NominatedNodeName,
	}
}

func nodeFields(o store.Object) fields.Set {
	return fields.Set{"spec.unschedulable": strconv.FormatBool(o.(*v1.Node).Spec.Unschedulable)}
}

func namespaceFields(o store.Object) fields.Set {
	return fields.Set{"status.phase": string(o.(*v1.Namespace).Status.Phase)}
}

func secretFields(o store.Object) fields.Set {
	return fields.Set{"type": string(o.(*v1.Secret).Type)}
}

func serviceFields(o store.Object) fields.Set {
	service := o.(*v1.Service)
	return fields.Set{"spec.clusterIP": service.Spec.ClusterIP, "spec.type": string(service.Spec.Type)}
}

func sliceFields(o store.Object) fields.Set {
	slice := o.(*resourcev1.ResourceSlice)
	node := ""
	if slice.Spec.NodeName != nil {
		node = *slice.Spec.NodeName
	}
	return fields.Set{"spec.nodeName": node, "spec.driver": slice.Spec.Driver}
}

func eventFields(o store.Object) fields.Set {
	event := o.(*v1.Event)
	source := event.Source.Component
	if source == "" {
		source = event.ReportingController
	}
	return fields.Set{
		"involvedObject.kind":            event.InvolvedObject.Kind,
		"involvedObject.namespace":       event.InvolvedObject.Namespace,
		"involvedObject.name":            event.InvolvedObject.Name,
		"involvedObject.uid":             string(event.InvolvedObject.UID),
		"involvedObject.apiVersion":      event.InvolvedObject.APIVersion,
		"involvedObject.resourceVersion": event.InvolvedObject.ResourceVersion,
		"involvedObject.fieldPath":       event.InvolvedObject.FieldPath,
		"reason":                         event.Reason,
		"reportingComponent":             event.ReportingController,
		"source":                         source,
		"type":                           event.Type,
	}
}
