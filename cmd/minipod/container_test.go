package main

import (
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Others may have written the labels of a pause.
func TestChooseContainerOfNone(t *testing.T) {
	pod := &v1.Pod{}
	pod.Name = "bare"
	for _, name := range []string{"", "a"} {
		_, _, err := chooseContainer(plan.World{Want: &translate.Blueprint{Pod: pod}}, name)
		if err == nil || err.Error() != "pod bare has no containers" {
			t.Errorf("container %q of a pod without containers: %v", name, err)
		}
	}
}

// An ephemeral container that has ended can be named, and is not offered.
func TestChooseContainerBesideEnded(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Name: "a"}}}}
	pod.Name = "web"
	for _, name := range []string{"old", "new"} {
		pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, v1.EphemeralContainer{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: name}})
	}
	w := plan.World{Want: &translate.Blueprint{Pod: pod}, Containers: []plan.Container{{Unit: "old", State: plan.Exited}, {Unit: "new", State: plan.Running}}}
	if chosen, note, err := chooseContainer(w, ""); chosen != "a" || note != "using container a (the pod has a, new (ephem)); -c names another" || err != nil {
		t.Errorf("chose %q, %q, %v", chosen, note, err)
	}
	if chosen, _, err := chooseContainer(w, "old"); chosen != "old" || err != nil {
		t.Errorf("chose %q, %v", chosen, err)
	}
	if _, _, err := chooseContainer(w, "b"); err == nil || err.Error() != "container b is not of pod web: it has a, new" {
		t.Errorf("error %v", err)
	}
	w.Containers[1].State = plan.Exited
	if _, note, _ := chooseContainer(w, ""); note != "" {
		t.Errorf("with no other container the choice is told of: %s", note)
	}
}
