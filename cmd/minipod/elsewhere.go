package main

import (
	"slices"
	"strings"
)

// elsewhere says what shows that which get has nothing to show of: a kind by its
// plural, its singular or a short name. It is empty for a kind of which objects
// are kept, and for words that are no kind.
func elsewhere(word string) string {
	word, _, _ = strings.Cut(strings.ToLower(word), ".")
	is := func(words string) bool { return slices.Contains(strings.Fields(words), word) }
	switch {
	case is("events event ev"):
		return "minipod events lists what happened to pods"
	case is("nodes node no"):
		return "the engine's machine is the only node: kubectl get nodes shows it, through minipod serve"
	case is("namespaces namespace ns"):
		return "a namespace is there as soon as a pod is in it: minipod ps -A lists the pods of all; minipod ns POD shows the Linux namespaces of one"
	case isWorkload(word):
		return "minipod runs the pods of a deployment and the like as NAME-0 and so on, and keeps nothing else of it: minipod ps lists them"
	case is("ingresses ingress ing endpoints ep endpointslices networkpolicies netpol persistentvolumes persistentvolume pv storageclasses storageclass sc " +
		"horizontalpodautoscalers hpa customresourcedefinitions crd crds roles clusterroles rolebindings clusterrolebindings"):
		return "minipod get KIND knows what run stores: " + strings.Join(kindWords(), ", ")
	}
	return ""
}

// isWorkload reports whether a word is a kind of which minipod runs the pods alone.
func isWorkload(word string) bool { return slices.Contains(strings.Fields(workloads), word) }

// workloads are the words for kinds of which minipod runs the pods alone.
const workloads = "deployments deployment deploy replicasets replicaset rs statefulsets statefulset sts daemonsets daemonset ds " +
	"replicationcontrollers replicationcontroller rc jobs job cronjobs cronjob cj"
