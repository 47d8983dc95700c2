package translate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

func named(namespace, name string) *v1.Pod {
	pod := &v1.Pod{}
	pod.Namespace, pod.Name, pod.UID = namespace, name, testUID
	return pod
}

func TestContainerName(t *testing.T) {
	for _, c := range []struct {
		namespace, pod, unit string
		attempt              int
		want                 string
	}{
		{"default", "web", translate.PauseName, 0, "web_POD"},
		{"", "web", "nginx", 0, "web_nginx"},
		{"default", "web", "nginx", 1, "web_nginx_1"},
		{"shop", "web", "nginx", 12, "shop__web_nginx_12"},
	} {
		if got := translate.ContainerName(named(c.namespace, c.pod), c.unit, c.attempt); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// random is a name as Kubernetes takes it: it never holds "_". Of few letters,
// so that names which could be read in two ways come up.
func random(r *rand.Rand, letters string, most int) string {
	var b strings.Builder
	for range 1 + r.IntN(most) {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return strings.Trim(b.String(), "-.") + "0"
}

// The name is the lock: no two attempts have one name.
func TestContainerNameIsUnambiguous(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	owners := map[string]string{}
	for range 200_000 {
		namespace, pod, unit := random(r, "a1-", 3), random(r, "a1.-", 4), random(r, "a1-", 3)
		if r.IntN(3) == 0 {
			namespace = v1.NamespaceDefault
		}
		if r.IntN(4) == 0 {
			unit = translate.PauseName
		}
		attempt := r.IntN(12)
		name := translate.ContainerName(named(namespace, pod), unit, attempt)
		owner := fmt.Sprintf("%s/%s %s %d", namespace, pod, unit, attempt)
		if other, taken := owners[name]; taken && other != owner {
			t.Fatalf("%s is the name of %s and of %s", name, other, owner)
		}
		owners[name] = owner
	}
}

// A volume's name is a directory on the engine's disk, and tells pods apart
// that have one name.
func TestVolumeName(t *testing.T) {
	const maxFile = 255
	long := named(strings.Repeat("n", 63), strings.Repeat("p", 253))
	volume := strings.Repeat("v", 63)
	name := translate.VolumeName(long, volume)
	if len(name) > maxFile {
		t.Errorf("%d bytes: %s", len(name), name)
	}
	if !strings.HasSuffix(name, "_"+volume+"_"+testUID) {
		t.Errorf("%s does not end in the volume and the UID", name)
	}
	other := long.DeepCopy()
	other.UID = "22222222-2222-3333-4444-555555555555"
	if translate.VolumeName(other, volume) == name {
		t.Error("two pods share a volume")
	}
	if got, want := translate.VolumeName(named("default", "web"), "html"), "web_html_"+testUID; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Whoever goes on with a pod reads from its pause what run was told.
func TestDecode(t *testing.T) {
	share := false
	opts := translate.Options{
		Network: "n", SharePID: &share, Publish: []string{"80"}, PublishAll: true,
		Pull: "never", PauseImage: "p", AssumedAlways: []string{"a"},
	}
	pod := parse(t, "testdata/environment.yaml")
	b := translate.New(pod, opts)
	gotPod, gotOpts, err := translate.Decode(b.Pause.Config.Labels, b.Pause.Config.Labels)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pod, gotPod); diff != "" {
		t.Errorf("pod (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(opts, gotOpts); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(bodies(t, b), bodies(t, translate.New(gotPod, gotOpts))); diff != "" {
		t.Errorf("the blueprint of what was read differs:\n%s", diff)
	}
}

func TestDecodeFails(t *testing.T) {
	for _, label := range []string{translate.LabelManifest, translate.LabelOptions} {
		labels := translate.New(named("default", "web"), translate.Options{}).Pause.Config.Labels
		labels[label] = "{"
		if _, _, err := translate.Decode(labels, labels); err == nil || !strings.Contains(err.Error(), label) {
			t.Errorf("a broken %s: %v, want an error that names it", label, err)
		}
	}
}

// A later attempt differs from the first in its name and two labels, and
// leaves the first as it is.
func TestAttempt(t *testing.T) {
	pod := named("default", "web")
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}}
	u := translate.New(pod, translate.Options{}).Units[0]
	r, _ := u.Attempt(translate.Inputs{}, 3, 2)
	if r.Name != "web_a_3" || translate.AttemptOf(r.Config.Labels) != 3 || translate.BackoffOf(r.Config.Labels) != 2 {
		t.Errorf("attempt 3 at step 2 is %s with %v", r.Name, r.Config.Labels)
	}
	if first := u.Request; first.Name != "web_a" || translate.AttemptOf(first.Config.Labels) != 0 {
		t.Errorf("the first attempt has become %s with %v", first.Name, first.Config.Labels)
	}
	if n := translate.AttemptOf(map[string]string{translate.LabelAttempt: "x"}); n != 0 {
		t.Errorf("an attempt that is no number is %d", n)
	}
}

func TestRefs(t *testing.T) {
	pod := named("shop", "web")
	labels := translate.New(pod, translate.Options{}).Pause.Config.Labels
	ref, ok := translate.RefFromLabels(labels)
	if !ok || ref != translate.RefOf(pod) || ref.String() != "shop/web" {
		t.Errorf("the pause is of %v, %t", ref, ok)
	}
	if ref := (translate.Ref{Namespace: "default", Name: "web"}); ref.String() != "web" {
		t.Errorf("in the default namespace: %s", ref)
	}
	if _, ok := translate.RefFromLabels(map[string]string{translate.LabelPod: "web"}); ok {
		t.Error("a container without a UID is taken for one of a pod")
	}
}

// The spec of a container has a hash that is its own.
func TestHash(t *testing.T) {
	pod := named("default", "web")
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}}
	first := translate.New(pod, translate.Options{}).Units[0].Hash
	if again := translate.New(pod.DeepCopy(), translate.Options{}).Units[0].Hash; again != first {
		t.Errorf("one container has two hashes: %s and %s", first, again)
	}
	pod.Spec.Containers[0].Image = "j"
	if other := translate.New(pod, translate.Options{}).Units[0].Hash; other == first {
		t.Error("another image has the same hash")
	}
}

func TestRefInWords(t *testing.T) {
	for _, c := range []struct{ namespace, text, args string }{
		{"", "web", "web"}, {"default", "web", "web"}, {"test", "test/web", "web -n test"},
	} {
		r := translate.Ref{Namespace: c.namespace, Name: "web"}
		if r.String() != c.text || r.Args() != c.args {
			t.Errorf("in %q: %q and %q, want %q and %q", c.namespace, r, r.Args(), c.text, c.args)
		}
	}
	sorted := []translate.Ref{{Namespace: "a", Name: "a"}, {Namespace: "a", Name: "b", UID: "1"}, {Namespace: "a", Name: "b", UID: "2"}, {Namespace: "b", Name: "a"}}
	if !slices.IsSortedFunc(sorted, translate.Ref.Compare) || sorted[0].Compare(sorted[0]) != 0 {
		t.Errorf("not in order: %v", sorted)
	}
}
