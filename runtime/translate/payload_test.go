package translate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/translate"
)

// stored is what the payloads of these tests are made of.
var stored = translate.Inputs{
	ConfigMaps: map[string]*v1.ConfigMap{"m": {Data: map[string]string{"a": "1", "b": ""}, BinaryData: map[string][]byte{"z": {0, 0xff}}}},
	Secrets:    map[string]*v1.Secret{"s": {Data: map[string][]byte{"a": []byte("secret")}}},
	Allocatable: v1.ResourceList{
		v1.ResourceCPU: resource.MustParse("4"), v1.ResourceMemory: resource.MustParse("8Gi"),
	},
}

// filledPod is a pod that mounts the only volume it has.
func filledPod(t *testing.T, spec, source string) *translate.Blueprint {
	t.Helper()
	text := notable(spec+"\nvolumes: [{name: v, "+source+"}]", "resources: {limits: {memory: 8Mi}}\nvolumeMounts: [{name: v, mountPath: /v}]")
	pod := parseText(t, "p.yaml", text)
	pod.UID = testUID
	pod.Labels, pod.Annotations = map[string]string{"b": "2", "a": "1"}, map[string]string{"note": "x \"y\"\nz"}
	return translate.New(pod, translate.Options{})
}

func TestPayload(t *testing.T) {
	const group = "securityContext: {fsGroup: 5}"
	items := func(list string) string { return "downwardAPI: {items: [" + list + "]}" }
	for _, c := range []struct{ spec, source, want string }{
		{"", "configMap: {name: m}", `644 a "1", 644 b "", 644 z "\x00\xff"`},
		{"", "configMap: {name: m, defaultMode: 0400, items: [{key: a, path: x/w}, {key: b, path: x/z, mode: 0777}]}", `400 x/w "1", 777 x/z ""`},
		{"", "configMap: {name: m, items: [{key: a, path: ./w}, {key: b, path: x//z/}]}", `644 w "1", 644 x/z ""`},
		{"", "configMap: {name: nowhere, optional: true}", ``},
		{"", "configMap: {name: m, optional: true, items: [{key: nowhere, path: x}, {key: a, path: w}]}", `644 w "1"`},
		{"", "secret: {secretName: s}", `644 a "secret"`},
		{group, "secret: {secretName: s, defaultMode: 0400}", `440 a "secret"`},
		{"", items("{path: l, fieldRef: {fieldPath: metadata.labels}}"), `644 l "a=\"1\"\nb=\"2\""`},
		{"", items("{path: l, fieldRef: {fieldPath: metadata.annotations}}"), `644 l "note=\"x \\\"y\\\"\\nz\""`},
		{"", items(`{path: l, mode: 0600, fieldRef: {fieldPath: "metadata.labels['b']"}}`), `600 l "2"`},
		{"", items("{path: name, fieldRef: {fieldPath: metadata.name}}, {path: s, fieldRef: {fieldPath: metadata.namespace}}, {path: u, fieldRef: {fieldPath: metadata.uid}}"),
			`644 name "p", 644 s "default", 644 u "` + testUID + `"`},
		{"", items("{path: m, resourceFieldRef: {containerName: c, resource: limits.memory, divisor: 1Ki}}"), `644 m "8192"`},
		{"", items("{path: c, resourceFieldRef: {containerName: c, resource: limits.cpu}}"), `644 c "4"`},
		{"", "projected: {defaultMode: 0640, sources: [{configMap: {name: m}}, {secret: {name: s}}, {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}",
			`640 a "secret", 640 b "", 640 name "p", 640 z "\x00\xff"`},
	} {
		t.Run(c.spec+c.source, func(t *testing.T) {
			b := filledPod(t, c.spec, c.source)
			p, missing := b.Payload(b.Volumes[0], stored)
			if missing != nil {
				t.Fatal(missing)
			}
			var files []string
			for _, f := range p.Files {
				files = append(files, fmt.Sprintf("%o %s %q", f.Mode, f.Path, f.Data))
			}
			if diff := cmp.Diff(c.want, strings.Join(files, ", ")); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if mounts := b.Units[0].Request.Host.Mounts; len(mounts) != 1 || !mounts[0].ReadOnly {
				t.Errorf("the container has %+v, want the volume, read only", mounts)
			}
		})
	}
}

// What is missing is said in the kubelet's words, and without a reason: the
// containers are still being created.
func TestPayloadMissing(t *testing.T) {
	const failed, field = `MountVolume.SetUp failed for volume "v" : `, "spec.volumes[0]."
	for source, want := range map[string]translate.Missing{
		"configMap: {name: x}":    {Message: failed + `configmap "x" not found`, Field: field + "configMap", Lack: translate.LackObject},
		"secret: {secretName: x}": {Message: failed + `secret "x" not found`, Field: field + "secret", Lack: translate.LackObject},
		"configMap: {name: m, items: [{key: x, path: p}]}": {
			Message: failed + "configmap references non-existent config key: x", Field: field + "configMap", Lack: translate.LackKey, Have: "a, b, z"},
		"secret: {secretName: s, items: [{key: x, path: p}]}": {
			Message: failed + "references non-existent secret key: x", Field: field + "secret", Lack: translate.LackKey, Have: "a"},
		"projected: {sources: [{configMap: {name: m}}, {secret: {name: x}}]}": {
			Message: failed + `secret "x" not found`, Field: field + "projected.sources[1].secret", Lack: translate.LackObject},
		"downwardAPI: {items: [{path: p, resourceFieldRef: {containerName: x, resource: limits.cpu}}]}": {
			Message: failed + "container x not found", Field: field + "downwardAPI.items[0].resourceFieldRef.containerName", Lack: translate.LackContainer, Have: "c"},
		"configMap: {name: m, items: [{key: a, path: ./..data}]}": {
			Message: failed + "invalid path: must not begin with '..': ..data", Field: "spec.volumes[0]"},
		"configMap: {name: m, items: [{key: a, path: x}, {key: b, path: x/y}]}": {
			Message: failed + "invalid path: x is a file, and x/y is to be in it", Field: "spec.volumes[0]"},
		"configMap: {name: m, items: [{key: a, path: ./}]}": {
			Message: failed + "invalid path: it names the volume itself, not a file in it", Field: "spec.volumes[0]"},
		"configMap: {name: m, items: [{key: a, path: " + strings.Repeat("x", 256) + "}]}": {
			Message: failed + "invalid path: filenames must be less than or equal to 255 characters", Field: "spec.volumes[0]"},
	} {
		b := filledPod(t, "", source)
		p, missing := b.Payload(b.Volumes[0], stored)
		if missing == nil {
			t.Errorf("%s: nothing is missing of %+v", source, p)
			continue
		}
		if diff := cmp.Diff(want, *missing); diff != "" {
			t.Errorf("%s: missing (-want +got):\n%s", source, diff)
		}
	}
}

// The hash follows all that a container can see.
func TestPayloadHash(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct{ spec, source string }{
		{"", "configMap: {name: m, items: [{key: a, path: x}]}"},
		{"", "configMap: {name: m, items: [{key: b, path: x}]}"},
		{"", "configMap: {name: m, items: [{key: a, path: w}]}"},
		{"", "configMap: {name: m, items: [{key: a, path: x, mode: 0600}]}"},
		{"securityContext: {fsGroup: 5}", "configMap: {name: m, items: [{key: a, path: x}]}"},
		{"", "configMap: {name: nowhere, optional: true}"},
	} {
		b := filledPod(t, c.spec, c.source)
		p, missing := b.Payload(b.Volumes[0], stored)
		if missing != nil {
			t.Fatal(missing)
		}
		if other, taken := seen[p.Hash]; taken || translate.HashOfFolder("/volumes/v/"+p.Folder()) != p.Hash {
			t.Errorf("%s has the hash %s, as %s", c.source, p.Hash, other)
		}
		seen[p.Hash] = c.source
	}
}

// The layout of folders and links.
func TestPayloadLayout(t *testing.T) {
	p := translate.Payload{Files: []translate.File{{Path: "a"}, {Path: "d/e/f"}, {Path: "d/g"}}}
	if diff := cmp.Diff([]string{"a", "d"}, p.Links()); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"d", "d/e"}, p.Folders()); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}

// A volume that no container mounts is not set up, and asks for nothing.
func TestFilled(t *testing.T) {
	mounted := filledPod(t, "", "configMap: {name: m}")
	idle := translate.New(parseText(t, "p.yaml", notable("volumes: [{name: v, configMap: {name: m}}]", "")), translate.Options{})
	if len(mounted.Filled()) != 1 || len(idle.Filled()) != 0 {
		t.Errorf("filled are %v and %v", mounted.Filled(), idle.Filled())
	}
	if diff := cmp.Diff(translate.Needs{ConfigMaps: []string{"m"}}, mounted.Needs(nil)); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if needs := idle.Needs(idle.Units); len(needs.ConfigMaps) > 0 {
		t.Errorf("a volume that is not mounted needs %v", needs)
	}
}
