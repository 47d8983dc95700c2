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
