package kube_test

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/kubectl/pkg/util/qos"

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

// TestPodResources completes the resources of whole pods from those of their containers and the other way round, the same
// for a manifest that is run and for a pod that is posted.
func TestPodResources(t *testing.T) {
	const guaranteed, burstable = v1.PodQOSGuaranteed, v1.PodQOSBurstable
	for name, tc := range map[string]struct {
		pod, container v1.ResourceRequirements
		want           v1.ResourceRequirements
		class          v1.PodQOSClass
	}{
		"limits alone": {
			pod:  v1.ResourceRequirements{Limits: amounts("1", "200Mi")},
			want: v1.ResourceRequirements{Limits: amounts("1", "200Mi"), Requests: amounts("1", "200Mi")}, class: guaranteed,
		},
		"limits over requests of a container": {
			pod:       v1.ResourceRequirements{Limits: amounts("1", "200Mi")},
			container: v1.ResourceRequirements{Requests: amounts("500m", "100Mi")},
			want:      v1.ResourceRequirements{Limits: amounts("1", "200Mi"), Requests: amounts("500m", "100Mi")}, class: burstable,
		},
		"requests over limits of a container": {
			pod:       v1.ResourceRequirements{Requests: amounts("500m", "100Mi")},
			container: v1.ResourceRequirements{Limits: amounts("1", "200Mi")},
			want:      v1.ResourceRequirements{Limits: amounts("1", "200Mi"), Requests: amounts("500m", "100Mi")}, class: burstable,
		},
		"requests alone": {
			pod:  v1.ResourceRequirements{Requests: amounts("1", "200Mi")},
			want: v1.ResourceRequirements{Requests: amounts("1", "200Mi")}, class: burstable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := somePod()
			run.Spec.Resources, run.Spec.Containers[0].Resources = &tc.pod, tc.container
			kube.DefaultPod(run)
			posted := run.DeepCopy()
			kube.TakePod(run)
			if err := kube.PreparePod(posted); err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]*v1.Pod{"run": run, "posted": posted} {
				if !apiequality.Semantic.DeepEqual(got.Spec.Resources, &tc.want) {
					t.Errorf("%s: want %+v, got %+v", way, tc.want, got.Spec.Resources)
				}
				if class := qos.ComputePodQOS(got); class != tc.class {
					t.Errorf("%s: want %s, got %s", way, tc.class, class)
				}
			}
		})
	}
}

func amounts(cpu, memory string) v1.ResourceList {
	return v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse(memory)}
}
