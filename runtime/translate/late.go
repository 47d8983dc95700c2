package translate

import (
	"strings"

	v1 "k8s.io/api/core/v1"
)

// The fields of a pod that are known only late, as a fieldRef names them.
const (
	FieldPodIP    = "status.podIP"
	FieldPodIPs   = "status.podIPs"
	FieldHostIP   = "status.hostIP"
	FieldHostIPs  = "status.hostIPs"
	FieldNodeName = "spec.nodeName"
)

// lateField are the needs of a field that is known only late; late is false
// for one that the manifest tells.
func lateField(pod *v1.Pod, field string) (needs Needs, late bool) {
	switch field {
	case FieldPodIP, FieldPodIPs:
		if pod.Spec.HostNetwork {
			return Needs{Machine: true}, true
		}
		return Needs{PodIPs: true}, true
	case FieldHostIP, FieldHostIPs:
		return Needs{Machine: true}, true
	case FieldNodeName:
		return Needs{Machine: true}, pod.Spec.NodeName == ""
	}
	return Needs{}, false
}

// lateValue is the value of such a field as the kubelet has it
// (pkg/kubelet/kubelet_pods.go, podFieldSelectorRuntimeValue). A pod in the
// machine's network has its addresses.
func lateValue(pod *v1.Pod, field string, in Inputs) (string, *Missing) {
	podIPs := in.PodIPs
	if pod.Spec.HostNetwork {
		podIPs = in.HostIPs
	} else if (field == FieldPodIP || field == FieldPodIPs) && podIPs == nil {
		return "", &Missing{Early: true, Message: "the pod has its address when its pause runs"}
	}
	if in.Symbolic {
		return token(field), nil
	}
	switch field {
	case FieldPodIP:
		return first(podIPs), nil
	case FieldPodIPs:
		return strings.Join(podIPs, ","), nil
	case FieldHostIP:
		return first(in.HostIPs), nil
	case FieldHostIPs:
		return strings.Join(in.HostIPs, ","), nil
	}
	return in.Node, nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// tokenMark stands on both sides of a token. No word of a manifest that can
// be run holds it: a program's arguments and environment end at it.
const tokenMark = "\x00"

func token(name string) string { return tokenMark + name + tokenMark }

// CutTokens cuts a word at the tokens that Symbolic inputs leave in it: the
// parts are text and the names of tokens by turns, and begin and end with
// text. A name is a field, such as status.podIP, or that of an Allotment.
func CutTokens(word string) []string { return strings.Split(word, tokenMark) }

// IsToken reports whether a text between two marks is the name of a token: the
// bytes of a file may be anything.
func IsToken(name string) bool {
	_, allotment := AllotmentOf(name)
	_, user := ImageUserOf(name)
	_, score := MemoryRequestOf(name)
	_, file := FileKeyOf(name)
	_, place := PlaceOf(name)
	_, late := lateField(&v1.Pod{}, name)
	return allotment || user || score || file || place || late
}
