package explain_test

import (
	"slices"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/translate"
)

func onBoard(t *testing.T, pod *v1.Pod, opts translate.Options) string {
	t.Helper()
	text, err := explain.Board(blueprint(pod, opts), explain.Options{Source: pod.Name + ".yaml", Inputs: objects()})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A pause and two containers are on the board in 40 lines.
func TestBoardIsShort(t *testing.T) {
	for _, name := range []string{"walkthrough", "mc1", "mc2"} {
		text := onBoard(t, parse(t, "../../testdata/pods/"+name+".yaml"), translate.Options{})
		if n := strings.Count(text, "\n"); n > 40 {
			t.Errorf("%s has %d lines:\n%s", name, n, text)
		}
		for _, payload := range []string{"--label", "base64", "dev.minipod", testUID} {
			if strings.Contains(text, payload) {
				t.Errorf("%s holds %s:\n%s", name, payload, text)
			}
		}
	}
}

// Lines of the board fit a terminal: comments and arguments go on in the next.
func TestBoardFits(t *testing.T) {
	pod := parse(t, "../../testdata/pods/walkthrough.yaml")
	c := &pod.Spec.Containers[0]
	c.Command = []string{"sh", "-c", "echo \"$@\" && exec sleep 3600", "a first argument", "a second one", "a third one, and a last one"}
	c.LivenessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
	text := onBoard(t, pod, translate.Options{})
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if want := " 'a first argument' \\\n    'a second one' 'a third one, and a last one'\n"; !strings.Contains(text, want) {
		t.Errorf("want %q:\n%s", want, text)
	}
}

// The heading says whether it is a manifest or a pod that is explained.
func TestHeadings(t *testing.T) {
	for source, want := range map[string]string{"": "Pod mc1 ", "mc1.yaml": "Pod mc1 (mc1.yaml) ", "as it runs": "Pod mc1 (as it runs) "} {
		for name, write := range map[string]func(*translate.Blueprint, explain.Options) (string, error){
			"board": explain.Board, "script": explain.Script, "program": explain.Program,
		} {
			b := blueprint(parse(t, "../../testdata/pods/mc1.yaml"), translate.Options{})
			text, err := write(b, explain.Options{Source: source})
			if err != nil || !strings.Contains(text, want) {
				t.Errorf("%s of %q: %v, want %q:\n%.120s", name, source, err, want, text)
			}
		}
	}
}

// What no docker run line makes is said: one line for each.
func TestBoardSaysWhatItLeavesOut(t *testing.T) {
	always := v1.ContainerRestartPolicyAlways
	exec := &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}
	probe := &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: exec.Exec}}
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Spec.RestartPolicy = v1.RestartPolicyOnFailure
	pod.Spec.Volumes = []v1.Volume{{Name: "c", VolumeSource: v1.VolumeSource{ConfigMap: &v1.ConfigMapVolumeSource{
		LocalObjectReference: v1.LocalObjectReference{Name: "settings"}}}}}
	pod.Spec.InitContainers = []v1.Container{{Name: "first", Image: "i"}, {Name: "side", Image: "i", RestartPolicy: &always}}
	pod.Spec.Containers = []v1.Container{{
		Name: "a", Image: "i", StartupProbe: probe, LivenessProbe: probe, ReadinessProbe: probe,
		Lifecycle: &v1.Lifecycle{PostStart: exec, PreStop: exec}, VolumeMounts: []v1.VolumeMount{{Name: "c", MountPath: "/c"}},
	}}
	text := onBoard(t, pod, translate.Options{})
	for _, field := range []string{
		"spec.volumes[0].configMap", "spec.initContainers[1].restartPolicy", "spec.restartPolicy",
		"spec.containers[0].startupProbe", "spec.containers[0].livenessProbe", "spec.containers[0].readinessProbe",
		"spec.containers[0].lifecycle.postStart", "spec.containers[0].lifecycle.preStop",
	} {
		if n := strings.Count(text, "#   "+field); n != 1 {
			t.Errorf("%s is said %d times:\n%s", field, n, text)
		}
	}
}

// Init containers are run to their ends, in their order, before the next one.
func TestBoardRunsInitContainers(t *testing.T) {
	always := v1.ContainerRestartPolicyAlways
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Spec.InitContainers = []v1.Container{{Name: "first", Image: "i"}, {Name: "side", Image: "i", RestartPolicy: &always}, {Name: "last", Image: "i"}}
	pod.Spec.InitContainers[1].StartupProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{}}, InitialDelaySeconds: 5}
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}}
	var runs []string
	for line := range strings.Lines(onBoard(t, pod, translate.Options{})) {
		if strings.HasPrefix(line, "docker run ") {
			runs = append(runs, strings.TrimSuffix(line, " \\\n"))
		}
	}
	want := []string{
		"docker run -d --name web_POD", "docker run --name web_first", "docker run -d --name web_side",
		"docker run --name web_last", "docker run -d --name web_a",
	}
	if !slices.Equal(runs, want) {
		t.Errorf("run are %q, want %q", runs, want)
	}
}

// A pod of which ConfigMaps and Secrets are missing is shown as a whole, with a
// word on what is missing and where its values would stand.
func TestBoardOfWhatIsMissing(t *testing.T) {
	ref := func(name string) v1.LocalObjectReference { return v1.LocalObjectReference{Name: name} }
	optional := true
	pod := &v1.Pod{}
	pod.Name, pod.Namespace = "web", "default"
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{Projected: &v1.ProjectedVolumeSource{Sources: []v1.VolumeProjection{
		{Secret: &v1.SecretProjection{LocalObjectReference: ref("gone"), Items: []v1.KeyToPath{{Key: "k", Path: "p"}}}},
		{ConfigMap: &v1.ConfigMapProjection{LocalObjectReference: ref("free"), Optional: &optional}},
	}}}}}
	pod.Spec.InitContainers = []v1.Container{{Name: "first", Image: "i", EnvFrom: []v1.EnvFromSource{{ConfigMapRef: &v1.ConfigMapEnvSource{LocalObjectReference: ref("none")}}}}}
	pod.Spec.Containers = []v1.Container{
		{Name: "a", Image: "i", VolumeMounts: []v1.VolumeMount{{Name: "v", MountPath: "/v"}}, Env: []v1.EnvVar{
			{Name: "X", ValueFrom: &v1.EnvVarSource{ConfigMapKeyRef: &v1.ConfigMapKeySelector{LocalObjectReference: ref("settings"), Key: "nope"}}},
			{Name: "Y", ValueFrom: &v1.EnvVarSource{SecretKeyRef: &v1.SecretKeySelector{LocalObjectReference: ref("gone"), Key: "y"}}},
		}},
		{Name: "b", Image: "i"},
	}
	text := onBoard(t, pod, translate.Options{})
	for _, want := range []string{
		"--name web_first", "--name web_a", "--name web_b", "--env 'X=<key nope of configmap settings>'", "--env 'Y=<key y of secret gone>'",
		" configmap none: neither", " key nope of configmap settings: neither", " secret gone: neither",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "free") || strings.Contains(text, "would end here") || strings.Count(text, "#   missing") != 3 {
		t.Errorf("more is missing than there is:\n%s", text)
	}
}
