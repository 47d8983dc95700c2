package kube_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/podspec/kube"
)

func TestWarnPod(t *testing.T) {
	for want, change := range map[string]func(*v1.Pod){
		"": func(*v1.Pod) {},
		`spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply`: func(p *v1.Pod) {
			p.Spec.Containers[0].Env = []v1.EnvVar{{Name: "A", Value: "1"}, {Name: "A", Value: "2"}}
		},
		`spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]`: func(p *v1.Pod) {
			p.Spec.Containers[0].Ports = []v1.ContainerPort{{ContainerPort: 80}, {ContainerPort: 80}}
		},
		`spec.hostAliases[1].ip: duplicate ip "10.0.0.1"`: func(p *v1.Pod) {
			p.Spec.HostAliases = []v1.HostAlias{{IP: "10.0.0.1"}, {IP: "10.0.0.1"}}
		},
		`spec.containers[0].resources.limits[memory]: fractional byte value "64m" is invalid, must be an integer`: func(p *v1.Pod) {
			p.Spec.Containers[0].Resources.Limits = v1.ResourceList{v1.ResourceMemory: resource.MustParse("64m")}
		},
		`spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead`: func(p *v1.Pod) {
			p.Spec.NodeSelector = map[string]string{"beta.kubernetes.io/os": "linux"}
		},
		`spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+`: func(p *v1.Pod) {
			p.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{GitRepo: &v1.GitRepoVolumeSource{}}}}
		},
	} {
		pod := somePod()
		change(pod)
		var lines []string
		for _, w := range kube.WarnPod(pod) {
			lines = append(lines, w.String())
			if w.Field == "" || !strings.HasPrefix(w.String(), w.Field+": ") {
				t.Errorf("no field: %+v", w)
			}
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

// A name that is no DNS label is warned of; a warning about a volume as a whole names no field.
func TestWarnPodOfNames(t *testing.T) {
	pod := somePod()
	pod.Name = "a.b"
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{ConfigMap: &v1.ConfigMapVolumeSource{
		Items: []v1.KeyToPath{{Key: "a", Path: "p"}, {Key: "b", Path: "p/q"}},
	}}}}
	got := kube.WarnPod(pod)
	if len(got) != 2 || got[0].Field != "metadata.name" || got[1].Field != "" || !strings.HasPrefix(got[1].Message, `volume "v"`) {
		t.Errorf("got %+v", got)
	}
}

// So is that of an object that makes pods, but for a DaemonSet's.
func TestWarnWorkloadOfNames(t *testing.T) {
	template := &v1.PodTemplateSpec{Spec: somePod().Spec}
	got := kube.WarnWorkload(&appsv1.Deployment{ObjectMeta: meta("a.b")}, template, "spec.template")
	if len(got) != 1 || got[0].Field != "metadata.name" || !strings.HasPrefix(got[0].Message, "this is used in Pod names and hostnames") {
		t.Errorf("got %+v", got)
	}
	if got := kube.WarnWorkload(&appsv1.DaemonSet{ObjectMeta: meta("a.b")}, template, "spec.template"); len(got) > 0 {
		t.Errorf("a DaemonSet: %+v", got)
	}
}

func TestWarnOthers(t *testing.T) {
	service := someService()
	service.Annotations = map[string]string{v1.DeprecatedAnnotationTopologyAwareHints: "auto"}
	template := &v1.PodTemplate{ObjectMeta: meta("t"), Template: v1.PodTemplateSpec{Spec: somePod().Spec}}
	template.Template.Spec.HostAliases = []v1.HostAlias{{IP: "010.0.0.1"}}
	claim := someClaim()
	claim.Spec.Resources.Requests[v1.ResourceStorage] = resource.MustParse("1m")
	for name, got := range map[string][]kube.Warning{
		"service": kube.WarnService(service), "template": kube.WarnPodTemplate(template), "claim": kube.WarnPersistentVolumeClaim(claim),
	} {
		if len(got) != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDropDisabledPodFields(t *testing.T) {
	signal, group := v1.Signal("SIGUSR1"), "g"
	for name, tc := range map[string]struct {
		change func(*v1.Pod)
		want   []string
	}{
		"nothing":    {func(*v1.Pod) {}, nil},
		"stopSignal": {func(p *v1.Pod) { p.Spec.Containers[0].Lifecycle = &v1.Lifecycle{StopSignal: &signal} }, []string{"spec.containers[0].lifecycle.stopSignal"}},
		"stopSignal beside a hook": {func(p *v1.Pod) {
			p.Spec.Containers[0].Lifecycle = &v1.Lifecycle{StopSignal: &signal, PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 1}}}
		}, []string{"spec.containers[0].lifecycle.stopSignal"}},
		"two": {func(p *v1.Pod) {
			p.Spec.SchedulingGroup = &v1.PodSchedulingGroup{PodGroupName: &group}
			p.Spec.Containers[0].Lifecycle = &v1.Lifecycle{StopSignal: &signal}
		}, []string{"spec.containers[0].lifecycle.stopSignal", "spec.schedulingGroup.podGroupName"}},
	} {
		t.Run(name, func(t *testing.T) {
			pod := somePod()
			tc.change(pod)
			var got []string
			for _, w := range kube.DropDisabledPodFields(pod) {
				got = append(got, w.Field)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if l := pod.Spec.Containers[0].Lifecycle; l != nil && l.StopSignal != nil || pod.Spec.SchedulingGroup != nil {
				t.Errorf("still there: %+v", pod.Spec)
			}
			if errs := kube.ValidatePod(pod); len(errs) > 0 {
				t.Error(errs)
			}
		})
	}
}
