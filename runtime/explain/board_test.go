package explain_test

import (
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

// A pause and two containers are on the board in less than 40 lines.
func TestBoardIsShort(t *testing.T) {
	for _, name := range []string{"walkthrough", "mc1", "mc2"} {
		text := onBoard(t, parse(t, "../../testdata/pods/"+name+".yaml"), translate.Options{})
		if n := strings.Count(text, "\n"); n >= 40 {
			t.Errorf("%s has %d lines:\n%s", name, n, text)
		}
		for _, payload := range []string{"--label", "base64", "dev.minipod", testUID} {
			if strings.Contains(text, payload) {
				t.Errorf("%s holds %s:\n%s", name, payload, text)
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
		"spec.volumes[0].configMap", "spec.initContainers[0] ", "spec.initContainers[1].restartPolicy", "spec.restartPolicy",
		"spec.containers[0].startupProbe", "spec.containers[0].livenessProbe", "spec.containers[0].readinessProbe",
		"spec.containers[0].lifecycle.postStart", "spec.containers[0].lifecycle.preStop",
	} {
		if n := strings.Count(text, "#   "+field); n != 1 {
			t.Errorf("%s is said %d times:\n%s", field, n, text)
		}
	}
	if strings.Contains(text, "web_first") || !strings.Contains(text, "web_side") {
		t.Errorf("an init container is run, or a sidecar is not:\n%s", text)
	}
}
