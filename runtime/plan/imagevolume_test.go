package plan_test

import (
	"slices"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// While the image of a volume is missing, the containers that do not mount it run.
func TestImageVolumeKeepsNoOtherWaiting(t *testing.T) {
	pod := configured()
	pod.Spec.Volumes = []v1.Volume{{Name: "config", VolumeSource: v1.VolumeSource{Image: &v1.ImageVolumeSource{Reference: "files:1", PullPolicy: v1.PullNever}}}}
	w := unborn(pod, translate.Options{})
	var s plan.Step
	for range 10 {
		s = plan.Next(w, t0)
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
			delete(w.Images, "files:1")
		}
	}
	if a, b := w.Latest("a"), w.Latest("b"); b != nil || a == nil || a.State != plan.Running {
		t.Errorf("a is %+v, b is %+v", a, b)
	}
	if len(s.Waits) != 1 || s.Waits[0].Reason != plan.ReasonNeverPull {
		t.Errorf("it waits for %+v", s.Waits)
	}
}

// The image of a volume is there, then the volume is filled, and only then a
// container is made; once filled it is left as it is.
func TestImageVolume(t *testing.T) {
	pod := configured()
	pod.Spec.Volumes = []v1.Volume{{Name: "config", VolumeSource: v1.VolumeSource{Image: &v1.ImageVolumeSource{Reference: "files:1", PullPolicy: v1.PullIfNotPresent}}}}
	w := unborn(pod, translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	if !slices.Contains(plan.ImagesNeeded(w), "files:1") {
		t.Errorf("needed are %v", plan.ImagesNeeded(w))
	}
	var order []plan.Kind
	for _, s := range plan.Simulate(w, t0) {
		for _, op := range s.Ops {
			if op.Kind == plan.CopyImage || op.Kind == plan.CreateUnit || op.Kind == plan.PullImage && op.Target == "files:1" {
				order = append(order, op.Kind)
			}
			w = plan.Apply(w, op, t0)
		}
	}
	if want := []plan.Kind{plan.PullImage, plan.CopyImage, plan.CreateUnit, plan.CreateUnit}; !slices.Equal(order, want) {
		t.Errorf("done is %v, want %v", order, want)
	}
	w.Images = map[string]plan.Image{}
	if s := plan.Next(w, t0); len(s.Ops) > 0 {
		t.Errorf("once it is filled: %v", kinds(s))
	}
}

// A helper of someone who was killed while the image was copied stays for as long as another may be at work with it: until
// the files are there, or the pod is to go.
func TestHelpersLeft(t *testing.T) {
	pod := configured()
	pod.Spec.Volumes = []v1.Volume{{Name: "config", VolumeSource: v1.VolumeSource{Image: &v1.ImageVolumeSource{Reference: "files:1", PullPolicy: v1.PullIfNotPresent}}}}
	w := unborn(pod, translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	helper := plan.Helper{ID: "h", Volume: w.Want.ImageVolumes()[0].Docker}
	w.Helpers = []plan.Helper{helper}
	drops := func(w plan.World) bool {
		return slices.ContainsFunc(plan.Next(w, t0).Ops, func(op plan.Op) bool { return op.Kind == plan.RemoveHelper && op.Target == helper.ID })
	}
	if drops(w) {
		t.Error("it is removed while its files may be being copied")
	}
	for _, s := range plan.Simulate(w, t0) {
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	if len(w.Helpers) > 0 {
		t.Error("it is there when the files are")
	}
	alone := plan.World{UID: w.UID, Namespace: w.Namespace, Name: w.Name, Helpers: []plan.Helper{helper}}
	if alone.Gone() || alone.Unborn() || !drops(alone) {
		t.Error("it is left alone of a pod that is gone")
	}
}
