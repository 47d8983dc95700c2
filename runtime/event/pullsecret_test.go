package event

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A missing imagePullSecret is told of whenever a container is to be made, and not
// again with each look.
func TestPullSecrets(t *testing.T) {
	w := world("a")
	w.Pause.Created = at(0)
	w.Want.Pod.Spec.ImagePullSecrets = []v1.LocalObjectReference{{Name: "here"}, {Name: "x"}, {Name: "y"}}
	w.Want = translate.New(w.Want.Pod, translate.Options{})
	w.Inputs.Secrets = map[string]*v1.Secret{"here": {}}
	var l Log
	look := func(containers ...plan.Container) {
		w.Containers = containers
		for _, e := range PullSecrets(w) {
			l, _, _ = l.Add(e)
		}
	}
	look()
	look()
	look(plan.Container{ID: "1", Unit: "a", State: plan.Running})
	want := []string{"0 x1  FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (x, y); attempting to pull the image may not succeed."}
	if diff := cmp.Diff(want, brief(l)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	ended := plan.Container{ID: "1", Unit: "a", State: plan.Exited, FinishedAt: at(5)}
	look(ended)
	look(ended)
	if len(l) != 1 || l[0].Count != 2 {
		t.Errorf("when it is to be made again: %v", brief(l))
	}
	w.Inputs.Secrets = map[string]*v1.Secret{"here": {}, "x": {}, "y": {}}
	if got := PullSecrets(w); len(got) > 0 {
		t.Errorf("when they are there: %v", brief(got))
	}
}
