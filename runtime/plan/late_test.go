package plan_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// lateWorld is a pod of containers a and b, of which a has a variable from a
// source.
func lateWorld(from v1.EnvVarSource) plan.World {
	pod := podOf(2, v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Env = []v1.EnvVar{{Name: "V", ValueFrom: &from}}
	return unborn(pod, translate.Options{})
}

func field(path string) v1.EnvVarSource {
	return v1.EnvVarSource{FieldRef: &v1.ObjectFieldSelector{FieldPath: path}}
}

// Only what needs the pod's address is not made before the pause runs.
func TestAddressIsWaitedFor(t *testing.T) {
	var got [][]string
	for _, s := range plan.Simulate(lateWorld(field("status.podIP")), t0) {
		got = append(got, kinds(s))
		if len(s.Waits) > 0 {
			t.Errorf("it waits for %v", s.Waits)
		}
	}
	want := [][]string{
		{"create pause"},
		{"start pause", "pull image a/0", "pull image b/0"},
		{"create a/0", "create b/0"},
		{"start a/0"},
		{"start b/0"},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	w := lateWorld(field("status.podIP"))
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	w.Images = map[string]plan.Image{}
	for _, c := range w.Want.Pod.Spec.Containers {
		w.Images[c.Image] = plan.ModelImage(c.Image)
	}
	if diff := cmp.Diff([]string{"start pause", "create b/0"}, kinds(plan.Next(w, t0))); diff != "" {
		t.Errorf("with the images there (-want +got):\n%s", diff)
	}
}

func diskOfA() *v1.ResourceFieldSelector {
	return &v1.ResourceFieldSelector{ContainerName: "a", Resource: "limits.ephemeral-storage"}
}

// toldOfItsDisk is a pod with a file that says how large the disk is.
func toldOfItsDisk() *v1.Pod {
	pod := podOf(1, v1.RestartPolicyAlways)
	source := v1.DownwardAPIVolumeSource{Items: []v1.DownwardAPIVolumeFile{{Path: "disk", ResourceFieldRef: diskOfA()}}}
	pod.Spec.Volumes = append(pod.Spec.Volumes, v1.Volume{Name: "fields", VolumeSource: v1.VolumeSource{DownwardAPI: &source}})
	pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "fields", MountPath: "/fields"}}
	return pod
}

// The pause tells how large the disk is: what is told of it is made when the
// pause runs, and nothing is said to be missing before.
func TestDiskIsWaitedFor(t *testing.T) {
	for name, test := range map[string]struct {
		w    plan.World
		want [][]string
	}{
		"a variable": {lateWorld(v1.EnvVarSource{ResourceFieldRef: diskOfA()}), [][]string{
			{"create pause"}, {"start pause", "pull image a/0", "pull image b/0"}, {"create a/0", "create b/0"}, {"start a/0"}, {"start b/0"}, {},
		}},
		"a file": {unborn(toldOfItsDisk(), translate.Options{}), [][]string{
			{"create pause"}, {"start pause"}, {"fill volume"}, {"pull image a/0"}, {"create a/0"}, {"start a/0"}, {},
		}},
	} {
		var got [][]string
		for _, s := range plan.Simulate(test.w, t0) {
			got = append(got, kinds(s))
			if len(s.Waits) > 0 {
				t.Errorf("%s: it waits for %v", name, s.Waits)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: steps (-want +got):\n%s", name, diff)
		}
	}
}

// Where the pause does not tell just now, a pod that is up stays as it is.
func TestDiskIsNotTold(t *testing.T) {
	w := up(t, toldOfItsDisk())
	w.Inputs = translate.Inputs{}
	if s := plan.Next(w, t0); s.State != plan.Up || len(s.Ops)+len(s.Waits) > 0 {
		t.Errorf("%s: %v, waits %v", s.State, kinds(s), s.Waits)
	}
}

// A container is told the address that its pod has now.
func TestAddressIsTheNewest(t *testing.T) {
	w := lateWorld(field("status.podIP"))
	for range 3 {
		for _, op := range plan.Next(w, t0).Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	if got := kinds(plan.Next(w, t0)); !cmp.Equal(got, []string{"start a/0"}) {
		t.Fatalf("next is %v", got)
	}
	w.Pause.StartedAt = t0.Add(time.Second) // Docker has started the pause again
	if diff := cmp.Diff([]string{"remove a/0"}, kinds(plan.Next(w, t0.Add(time.Second)))); diff != "" {
		t.Errorf("a pod with another address (-want +got):\n%s", diff)
	}
}

// What is missing is waited for, with the kubelet's word for it, and looked
// for again. Other containers run meanwhile.
func TestObjectIsWaitedFor(t *testing.T) {
	w := lateWorld(v1.EnvVarSource{ConfigMapKeyRef: &v1.ConfigMapKeySelector{LocalObjectReference: v1.LocalObjectReference{Name: "m"}, Key: "k"}})
	var s plan.Step
	for range 5 {
		s = plan.Next(w, t0)
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	if len(s.Ops) > 0 || s.State != plan.Starting || s.Phase != v1.PodPending || w.Latest("b") == nil || w.Latest("b").State != plan.Running {
		t.Fatalf("at rest it is %+v", s)
	}
	if len(s.Waits) != 1 || s.Waits[0].Unit != "a" || s.Waits[0].Reason != "CreateContainerConfigError" || s.Waits[0].Detail != `configmap "m" not found` {
		t.Errorf("it waits for %+v", s.Waits)
	}
	var missing *translate.Missing
	if faults := s.Faults(); len(faults) != 1 || !errors.As(faults[0].Err, &missing) || !errors.Is(faults[0].Err, plan.ErrPermanent) || missing.Field == "" {
		t.Errorf("faults %+v", faults)
	}
	if wait := s.Wake.Sub(t0); wait <= 0 || wait > 2*time.Second {
		t.Errorf("it looks again in %s", wait)
	}
	w.Inputs.ConfigMaps = map[string]*v1.ConfigMap{"m": {Data: map[string]string{"k": "v"}}}
	s = plan.Next(w, t0)
	if len(s.Ops) != 1 || !cmp.Equal(s.Ops[0].Request.Config.Env, []string{"V=v"}) || len(s.Waits) > 0 {
		t.Errorf("once it is there: %+v", s)
	}
}

// What a container has been told is not asked for again.
func TestAwaited(t *testing.T) {
	w := lateWorld(field("status.hostIP"))
	if n := len(w.Awaited()); n != 2 {
		t.Errorf("%d units of an unborn pod are awaited", n)
	}
	w.Containers = []plan.Container{{Unit: "a", State: plan.Running}, {Unit: "b", State: plan.Exited}}
	if units := w.Awaited(); len(units) != 1 || units[0].Name != "b" {
		t.Errorf("awaited are %v", units)
	}
}
