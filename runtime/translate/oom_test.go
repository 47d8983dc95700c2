package translate_test

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/translate"
)

// The scores of burstable containers on a machine of 1000Mi, as the kubelet
// reckons them (pkg/kubelet/qos).
func TestOOMScore(t *testing.T) {
	in := translate.Inputs{Allocatable: v1.ResourceList{v1.ResourceMemory: resource.MustParse("1000Mi")}}
	const best, big = "resources: {limits: {cpu: 1}}", "resources: {requests: {memory: 2000Mi}}"
	for _, c := range []struct {
		name, spec, container string
		want                  int
	}{
		{"best effort", "", "", 1000},
		{"guaranteed", "", "resources: {limits: {cpu: 1, memory: 10Mi}}", 0},
		{"no memory", "", best, 999},
		{"a tenth", "", "resources: {requests: {memory: 100Mi}}", 900},
		{"a limit is a request", "", "resources: {limits: {memory: 100Mi}}", 900},
		{"more than all", "", big, 3},
		{"critical", "priorityClassName: system-node-critical\npriority: 2000001000", big, 0},
		{"its share of the pod", "resources: {requests: {memory: 300Mi}}", "resources: {requests: {memory: 100Mi}}", 700},
	} {
		b := translate.New(parseText(t, "p.yaml", notable(c.spec, c.container)), translate.Options{})
		r, missing := b.Units[0].Attempt(in, 0, 0)
		if missing != nil || r.Host.OomScoreAdj != c.want {
			t.Errorf("%s: %d, %v, want %d", c.name, r.Host.OomScoreAdj, missing, c.want)
		}
	}
}

// A sidecar is killed no sooner than the containers that it serves.
func TestOOMScoreOfSidecar(t *testing.T) {
	in := translate.Inputs{Allocatable: v1.ResourceList{v1.ResourceMemory: resource.MustParse("1000Mi")}}
	const sidecar = "initContainers: [{name: s, image: i, restartPolicy: Always, resources: {requests: {memory: 10Mi}}}]"
	b := translate.New(parseText(t, "p.yaml", notable(sidecar, "resources: {requests: {memory: 400Mi}}")), translate.Options{})
	for i, want := range []int{600, 600} {
		r, missing := b.Units[i].Attempt(in, 0, 0)
		if missing != nil || r.Host.OomScoreAdj != want {
			t.Errorf("%s: %d, %v, want %d", b.Units[i].Name, r.Host.OomScoreAdj, missing, want)
		}
	}
}

// A group alone goes with the user of the image, and not with its group.
func TestGroupWithImageUser(t *testing.T) {
	b := translate.New(parseText(t, "p.yaml", notable("", "securityContext: {runAsGroup: 7}")), translate.Options{})
	for image, want := range map[string]string{"": "0:7", "app": "app:7", "1000:50": "1000:7"} {
		r, missing := b.Units[0].Attempt(translate.Inputs{ImageUser: image}, 0, 0)
		if missing != nil || r.Config.User != want {
			t.Errorf("image user %q: %q, %v, want %q", image, r.Config.User, missing, want)
		}
	}
}

// Of the user of an image a node takes the user: the group comes from the image's passwd file.
func TestImageUserWithoutGroup(t *testing.T) {
	b := translate.New(parseText(t, "p.yaml", notable("", "")), translate.Options{})
	for image, want := range map[string]string{"": "", "app": "", "1000": "", "1000:50": "1000", "app:staff": "app"} {
		r, missing := b.Units[0].Attempt(translate.Inputs{ImageUser: image}, 0, 0)
		if missing != nil || r.Config.User != want {
			t.Errorf("image user %q: %q, %v, want %q", image, r.Config.User, missing, want)
		}
	}
}

// A runtime that the engine does not have is no runtime: there is no sandbox.
func TestNoRuntime(t *testing.T) {
	b := translate.New(parseText(t, "p.yaml", notable("runtimeClassName: gvisor", "")), translate.Options{Runtime: "runsc", NoRuntime: true})
	const want = `failed to get sandbox runtime: no runtime for "runsc" is configured`
	if missing := b.NoSandbox(); missing == nil || missing.Message != want || len(b.Fatal()) > 0 || b.Pause.Host.Runtime != "" {
		t.Errorf("missing %v, notes %v, runtime %q", missing, b.Fatal(), b.Pause.Host.Runtime)
	}
}
