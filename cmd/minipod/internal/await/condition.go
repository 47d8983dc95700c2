// Package await is what wait waits for: conditions of pods, read from the
// words of a command line as kubectl wait has them, and pods held against
// them. It holds values and functions only.
package await

import (
	"errors"
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/status"
)

// Condition is something that a pod may come to.
type Condition struct {
	// Gone is met by a pod that is not there any more.
	Gone bool
	// OfField is about any field of a pod that there may be.
	OfField bool

	word string // what it is called in messages: Ready, phase Running
	met  func(pod *v1.Pod) (bool, error)
	// alive tells that only a pod that runs, or will, comes to it; end, that one
	// comes to it by ending.
	alive, end bool
}

// String is what a pod is that has come to it: Ready, gone.
func (c Condition) String() string { return c.word }

// Met reports whether a pod that is there has come to it.
func (c Condition) Met(pod *v1.Pod) (bool, error) { return c.met(pod) }

// Parse reads a condition: delete, create, phase=NAME, condition=NAME[=VALUE],
// jsonpath={FIELD}[=VALUE].
func Parse(text string) (Condition, error) {
	kind, rest, _ := strings.Cut(text, "=")
	switch {
	case strings.EqualFold(text, "delete"):
		return Condition{Gone: true, word: "gone", met: func(*v1.Pod) (bool, error) { return false, nil }}, nil
	case strings.EqualFold(text, "create"):
		return Condition{word: "there", met: func(*v1.Pod) (bool, error) { return true, nil }}, nil
	case kind == "phase" && rest != "":
		return phase(rest), nil
	case kind == "condition" && rest != "":
		return condition(rest), nil
	case kind == "jsonpath" && rest != "":
		return field(rest)
	}
	return Condition{}, errors.New("condition=Ready, phase=Running, jsonpath={.status.podIP}, create or delete")
}

func phase(name string) Condition {
	end := strings.EqualFold(name, string(v1.PodSucceeded)) || strings.EqualFold(name, string(v1.PodFailed))
	return Condition{word: name, alive: true, end: end, met: func(pod *v1.Pod) (bool, error) {
		return strings.EqualFold(string(pod.Status.Phase), name), nil
	}}
}

// condition is one of the pod's status: its name, and the value that it is to
// have where that is not true.
func condition(text string) Condition {
	name, want, valued := strings.Cut(text, "=")
	if !valued {
		want = string(v1.ConditionTrue)
	}
	isTrue := strings.EqualFold(want, string(v1.ConditionTrue))
	word := name
	if !isTrue {
		word += "=" + want
	}
	return Condition{
		word:  word,
		alive: isTrue && (strings.EqualFold(name, string(v1.PodReady)) || strings.EqualFold(name, string(v1.ContainersReady))),
		met: func(pod *v1.Pod) (bool, error) {
			for _, c := range pod.Status.Conditions {
				if strings.EqualFold(string(c.Type), name) {
					return strings.EqualFold(string(c.Status), want), nil
				}
			}
			return false, nil
		},
	}
}

// Barred says why a pod that has not come to it never will by itself; empty
// where it may.
func (c Condition) Barred(pod *v1.Pod) string {
	switch {
	case !c.alive:
		return ""
	case pod.DeletionTimestamp != nil && !c.end:
		return "is being removed"
	case pod.Status.Reason == status.Stopped:
		return "is stopped"
	case pod.Status.Phase == v1.PodSucceeded, pod.Status.Phase == v1.PodFailed:
		return fmt.Sprintf("has ended (%s)", pod.Status.Phase)
	}
	return ""
}
