package translate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// parts are the parts that a container mounts, with one volumeMount.
func parts(t *testing.T, vm v1.VolumeMount, in translate.Inputs) ([]translate.Part, *translate.Missing) {
	t.Helper()
	pod := &v1.Pod{}
	pod.Name, pod.UID = "web", "uid"
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}}
	vm.Name, vm.MountPath = "v", "/v"
	pod.Spec.Containers = []v1.Container{{
		Name: "a", Image: "i", VolumeMounts: []v1.VolumeMount{vm},
		Env: []v1.EnvVar{{Name: "A", Value: "a"}, {Name: "EMPTY"}, {Name: "ROOT", Value: "/etc"}, {Name: "UP", Value: ".."}},
	}}
	r, missing := translate.New(pod, translate.Options{}).Units[0].Attempt(in, 0, 0)
	if missing != nil {
		return nil, missing
	}
	return r.Parts, nil
}

// A part is found below the volume in the pause, which has to run before. What
// is no path below it is said in the kubelet's words.
func TestParts(t *testing.T) {
	up := translate.Inputs{PodIPs: []string{}}
	for _, c := range []struct {
		mount         v1.VolumeMount
		path, message string
	}{
		{mount: v1.VolumeMount{SubPath: "a/./b/"}, path: "a/b"},
		{mount: v1.VolumeMount{SubPathExpr: "x/$(A)/$$(A)"}, path: "x/a/$(A)"},
		{mount: v1.VolumeMount{SubPathExpr: "$(EMPTY)$(NONE)"}, message: "missing value for EMPTY, NONE"},
		{mount: v1.VolumeMount{SubPathExpr: "$(ROOT)"}, message: "error SubPath `/etc` must not be an absolute path"},
		{mount: v1.VolumeMount{SubPathExpr: "x/$(UP)"}, message: "unable to provision SubPath `x/..`: must not contain '..'"},
	} {
		got, missing := parts(t, c.mount, up)
		switch {
		case c.message != "":
			if missing == nil || missing.Message != c.message || missing.Reason != translate.ReasonConfigError {
				t.Errorf("%+v: missing %+v, want %q", c.mount, missing, c.message)
			}
		case missing != nil:
			t.Errorf("%+v: %v", c.mount, missing)
		default:
			want := []translate.Part{{Whole: "/volumes/v", Path: c.path, Target: "/v", Volume: "v", Container: "a"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", c.mount, diff)
			}
		}
	}
	if _, missing := parts(t, v1.VolumeMount{SubPath: "a"}, translate.Inputs{}); missing == nil || !missing.Early {
		t.Errorf("before the pause runs: %+v, want that it is too early", missing)
	}
}

// Each attempt has a file for its message, the first one of those that are
// there.
func TestMessages(t *testing.T) {
	pod := &v1.Pod{}
	pod.Name, pod.UID = "web", "uid"
	for _, name := range []string{"a", "b", "none", "mounts"} {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: name, Image: "i", TerminationMessagePath: "/dev/log"})
	}
	pod.Spec.Containers[2].TerminationMessagePath = ""
	pod.Spec.Containers[3].VolumeMounts = []v1.VolumeMount{{Name: "v", MountPath: "/dev/log/"}}
	b := translate.New(pod, translate.Options{})
	for _, c := range []struct {
		unit, attempt int
		want          string
	}{{0, 0, "0"}, {1, 0, "1"}, {1, 1, "5"}, {1, 3, "13"}, {1, 4, "b.4"}, {2, 0, ""}, {3, 0, ""}} {
		r, missing := b.Units[c.unit].Attempt(translate.Inputs{}, c.attempt, 0)
		if missing != nil {
			t.Fatal(missing)
		}
		var want []translate.Part
		if c.want != "" {
			want = []translate.Part{{Whole: "/messages", Path: c.want, Target: "/dev/log", Container: b.Units[c.unit].Name, File: true}}
		}
		if diff := cmp.Diff(want, r.Parts); diff != "" {
			t.Errorf("attempt %d of %s (-want +got):\n%s", c.attempt, b.Units[c.unit].Name, diff)
		}
	}
	if _, there := b.Pause.Config.Volumes[translate.MessageRoot]; !there {
		t.Error("the pause has no volume for messages")
	}
}
