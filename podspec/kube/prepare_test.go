package kube_test

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/podspec/kube"
)

func TestPreparePod(t *testing.T) {
	pod := somePod()
	pod.Status.PodIP = "10.0.0.1"
	if err := kube.PreparePod(pod); err != nil {
		t.Fatal(err)
	}
	if pod.Generation != 1 || pod.Status.Phase != v1.PodPending || pod.Status.PodIP != "" || pod.Status.QOSClass != v1.PodQOSBurstable {
		t.Errorf("got %d %+v", pod.Generation, pod.Status)
	}
	if errs := kube.ValidatePod(pod); len(errs) > 0 {
		t.Error(errs)
	}
}

// TestPrepareUpdates changes everything a little, and looks at what each subresource lets through.
func TestPrepareUpdates(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare                      func(updated, old *v1.Pod) error
		image, status, debug, resize bool
		generation                   int64
	}{
		"update":    {prepare: kube.PreparePodUpdate, image: true, debug: true, resize: true, generation: 2},
		"status":    {prepare: kube.PreparePodStatusUpdate, status: true, generation: 1},
		"ephemeral": {prepare: kube.PrepareEphemeralContainersUpdate, debug: true, generation: 2},
		"resize":    {prepare: kube.PreparePodResize, resize: true, generation: 2},
	} {
		t.Run(name, func(t *testing.T) {
			old := somePod()
			old.Generation = 1
			old.OwnerReferences = nil
			changed := old.DeepCopy()
			changed.Spec.Containers[0].Image = "other"
			changed.Spec.Containers[0].Resources.Requests["cpu"] = resource.MustParse("2")
			changed.Spec.EphemeralContainers = []v1.EphemeralContainer{{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "d", Image: "busybox"}}}
			changed.Status.PodIP = "10.0.0.1"
			before := old.DeepCopy()
			if err := tc.prepare(changed, old); err != nil {
				t.Fatal(err)
			}
			c := changed.Spec.Containers[0]
			got := map[string]bool{
				"image": c.Image == "other", "status": changed.Status.PodIP != "",
				"debug": len(changed.Spec.EphemeralContainers) > 0, "resize": c.Resources.Requests.Cpu().String() == "2",
			}
			for what, want := range map[string]bool{"image": tc.image, "status": tc.status, "debug": tc.debug, "resize": tc.resize} {
				if got[what] != want {
					t.Errorf("%s: want changed %v, got %v", what, want, got[what])
				}
			}
			if changed.Generation != tc.generation {
				t.Errorf("want generation %d, got %d", tc.generation, changed.Generation)
			}
			if old.String() != before.String() {
				t.Error("the old pod was changed")
			}
		})
	}
}

func TestPrepareResizeKeepsStrangersForValidation(t *testing.T) {
	old := somePod()
	changed := old.DeepCopy()
	changed.Spec.Containers[0].Name = "other"
	if err := kube.PreparePodResize(changed, old); err != nil {
		t.Fatal(err)
	}
	if errs := kube.ValidatePodResize(changed, old); len(errs) == 0 {
		t.Error("a renamed container passes")
	}
}
