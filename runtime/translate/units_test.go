package translate_test

import (
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// The pull policy in force, and whether a registry that cannot be reached is
// forgiven.
func TestPullPolicy(t *testing.T) {
	assumed := []string{"c"}
	for _, c := range []struct {
		written v1.PullPolicy
		opts    translate.Options
		want    v1.PullPolicy
		lenient bool
	}{
		{v1.PullAlways, translate.Options{}, v1.PullAlways, false},
		{v1.PullAlways, translate.Options{AssumedAlways: assumed}, v1.PullAlways, true},
		{v1.PullAlways, translate.Options{AssumedAlways: []string{"other"}}, v1.PullAlways, false},
		{v1.PullNever, translate.Options{Pull: "always"}, v1.PullAlways, false},
		{v1.PullAlways, translate.Options{Pull: "always", AssumedAlways: assumed}, v1.PullAlways, false},
		{v1.PullAlways, translate.Options{Pull: "missing", AssumedAlways: assumed}, v1.PullIfNotPresent, false},
		{v1.PullAlways, translate.Options{Pull: "never"}, v1.PullNever, false},
	} {
		pod := named("default", "web")
		pod.Spec.Containers = []v1.Container{{Name: "c", Image: "i", ImagePullPolicy: c.written}}
		if u := translate.New(pod, c.opts).Units[0]; u.Pull != c.want || u.Lenient != c.lenient {
			t.Errorf("%+v: got %s, lenient %t", c, u.Pull, u.Lenient)
		}
	}
}

// The restart policy in force is the unit's own, or follows from the pod's.
func TestRestartPolicy(t *testing.T) {
	always, never := v1.ContainerRestartPolicyAlways, v1.ContainerRestartPolicyNever
	for _, c := range []struct {
		pod       v1.RestartPolicy
		init, app *v1.ContainerRestartPolicy
		want      [2]v1.RestartPolicy
		kind      translate.Kind
	}{
		{v1.RestartPolicyAlways, nil, nil, [2]v1.RestartPolicy{v1.RestartPolicyOnFailure, v1.RestartPolicyAlways}, translate.Init},
		{v1.RestartPolicyNever, nil, nil, [2]v1.RestartPolicy{v1.RestartPolicyNever, v1.RestartPolicyNever}, translate.Init},
		{v1.RestartPolicyNever, &always, &always, [2]v1.RestartPolicy{v1.RestartPolicyAlways, v1.RestartPolicyAlways}, translate.Sidecar},
		{v1.RestartPolicyAlways, &never, &never, [2]v1.RestartPolicy{v1.RestartPolicyNever, v1.RestartPolicyNever}, translate.Init},
	} {
		pod := named("default", "web")
		pod.Spec.RestartPolicy = c.pod
		pod.Spec.InitContainers = []v1.Container{{Name: "i", Image: "i", RestartPolicy: c.init}}
		pod.Spec.Containers = []v1.Container{{Name: "c", Image: "i", RestartPolicy: c.app}}
		units := translate.New(pod, translate.Options{}).Units
		if got := [2]v1.RestartPolicy{units[0].Restart, units[1].Restart}; got != c.want || units[0].Kind != c.kind {
			t.Errorf("pod %s: got %v of kind %d, want %v of kind %d", c.pod, got, units[0].Kind, c.want, c.kind)
		}
	}
}

func TestUnit(t *testing.T) {
	pod := named("default", "web")
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}, {Name: "b", Image: "i"}}
	b := translate.New(pod, translate.Options{})
	if u, ok := b.Unit("b"); !ok || u.Path != "spec.containers[1]" {
		t.Errorf("unit b is %+v, %t", u, ok)
	}
	if _, ok := b.Unit("c"); ok {
		t.Error("there is a unit c")
	}
}

// What is wrong with an ephemeral container is its own: the pod runs.
func TestEphemeral(t *testing.T) {
	pod := named("default", "web")
	share := false
	pod.Spec.ShareProcessNamespace = &share
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}}
	profile := v1.SeccompProfile{Type: v1.SeccompProfileTypeLocalhost, LocalhostProfile: &pod.Name}
	pod.Spec.EphemeralContainers = []v1.EphemeralContainer{
		{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "debug", Image: "i"}, TargetContainerName: "a"},
		{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "wrong", Image: "i", SecurityContext: &v1.SecurityContext{SeccompProfile: &profile}}},
	}
	b := translate.New(pod, translate.Options{})
	debug, _ := b.Unit("debug")
	if debug.Kind != translate.Ephemeral || debug.Restart != v1.RestartPolicyNever || debug.Target != "a" {
		t.Errorf("the ephemeral container is %+v", debug)
	}
	joined := debug.In("id")
	if got := joined.Request.Host.PidMode; got != "container:id" || debug.Request.Host.PidMode == got {
		t.Errorf("it joins %q, and before %q", got, debug.Request.Host.PidMode)
	}
	if from := joined.Request.Origin("HostConfig.PidMode"); from != "spec.ephemeralContainers[0].targetContainerName" {
		t.Errorf("PidMode comes from %q", from)
	}
	wrong, _ := b.Unit("wrong")
	note, refused := b.Refusal(wrong)
	if !refused || note.Field != "spec.ephemeralContainers[1].securityContext.seccompProfile.localhostProfile" {
		t.Errorf("the wrong one: %+v, %t", note, refused)
	}
	if _, refused := b.Refusal(debug); refused || len(b.Fatal()) > 0 {
		t.Errorf("others are refused too: %v", b.Fatal())
	}
}

// Of two who write one revision one succeeds, because its name is taken.
func TestRevision(t *testing.T) {
	pod := named("default", "web")
	name, labels := translate.Revision(pod, 2)
	if want := "web_rev.2_" + testUID; name != want {
		t.Errorf("revision 2 is called %s, want %s", name, want)
	}
	if uid := translate.RevisedPod(name); uid != testUID {
		t.Errorf("it is taken for one of %q", uid)
	}
	if note, _ := translate.FactsNote(pod, 2, ""); translate.NotedPod(note) != testUID || translate.RevisedPod(note) != "" {
		t.Errorf("%s is taken for one of %q, and a revision of %q", note, translate.NotedPod(note), translate.RevisedPod(note))
	}
	if uid := translate.RevisedPod("web_html_" + testUID); uid != "" {
		t.Errorf("an emptyDir is taken for a revision of %q", uid)
	}
	if n := translate.RevisionOf(labels); n != 2 {
		t.Errorf("its labels say %d", n)
	}
	pause := translate.New(pod, translate.Options{}).Pause.Config.Labels
	if n := translate.RevisionOf(pause); n != 1 {
		t.Errorf("the pause carries revision %d, want 1", n)
	}
	changed := pod.DeepCopy()
	changed.Labels = map[string]string{"a": "b"}
	_, labels = translate.Revision(changed, 3)
	if got, _, err := translate.Decode(pause, labels); err != nil || got.Labels["a"] != "b" {
		t.Errorf("decoded %v, %v", got, err)
	}
	if n := translate.RevisionOf(map[string]string{translate.LabelVolume: "html"}); n != 0 {
		t.Errorf("an emptyDir carries revision %d", n)
	}
}
