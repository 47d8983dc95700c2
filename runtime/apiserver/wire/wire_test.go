package wire_test

import (
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver/wire"
)

func protobuf(t *testing.T, kind string, obj interface{ Marshal() ([]byte, error) }) []byte {
	t.Helper()
	raw, err := obj.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	outer := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: kind}, Raw: raw}
	data, err := outer.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte("k8s\x00"), data...)
}

func TestDecode(t *testing.T) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	tests := map[string]wire.Body{
		"json":          {Type: wire.JSON, Data: []byte(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}`)},
		"json, unnamed": {Type: wire.JSON, Data: []byte(`{"metadata":{"name":"a"}}`)},
		"yaml":          {Type: wire.YAML, Data: []byte("kind: Pod\napiVersion: v1\nmetadata: {name: a}\n")},
		"protobuf":      {Type: wire.Protobuf, Data: protobuf(t, "Pod", pod)},
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			var got v1.Pod
			strays, err := wire.Decode(body, v1.SchemeGroupVersion.WithKind("Pod"), &got)
			if err != nil || len(strays) > 0 || got.Name != "a" {
				t.Errorf("got %q, strays %v, error %v", got.Name, strays, err)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct {
		body wire.Body
		code int32
		want string
	}{
		"another kind":     {wire.Body{Type: wire.JSON, Data: []byte(`{"kind":"Node","apiVersion":"v1"}`)}, 400, `"Node", not "Pod"`},
		"another version":  {wire.Body{Type: wire.JSON, Data: []byte(`{"kind":"Pod","apiVersion":"v2"}`)}, 400, "(v2)"},
		"another protobuf": {wire.Body{Type: wire.Protobuf, Data: protobuf(t, "Node", &v1.Node{})}, 400, `"Node", not "Pod"`},
		"no protobuf":      {wire.Body{Type: wire.Protobuf, Data: []byte("{}")}, 400, "not Kubernetes protobuf"},
		"half of it":       {wire.Body{Type: wire.JSON, Data: []byte(`{"kind":`)}, 400, "cannot be handled as a Pod"},
		"a wrong type":     {wire.Body{Type: wire.JSON, Data: []byte(`{"spec":{"containers":1}}`)}, 400, "cannot be handled as a Pod"},
		"not yaml":         {wire.Body{Type: wire.YAML, Data: []byte("a: [")}, 400, "not YAML"},
		"an image":         {wire.Body{Type: "image/png"}, 415, "application/json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := wire.Decode(test.body, v1.SchemeGroupVersion.WithKind("Pod"), &v1.Pod{})
			if err == nil {
				t.Fatal("no error")
			}
			if status := wire.StatusOf(err); status.Code != test.code || !strings.Contains(status.Message, test.want) {
				t.Errorf("%d %s", status.Code, status.Message)
			}
		})
	}
}

func TestStrays(t *testing.T) {
	kind := v1.SchemeGroupVersion.WithKind("Pod")
	body := wire.Body{Type: wire.JSON, Data: []byte(`{"spec":{"containers":[{"name":"a","imgae":"b"}],"foo":1}}`)}
	strays, err := wire.Decode(body, kind, &v1.Pod{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Strays("Strict", kind, strays); err == nil || !strings.Contains(err.Error(), `strict decoding error: unknown field "spec.containers[0].imgae", unknown field "spec.foo"`) {
		t.Errorf("Strict: %v", err)
	}
	if warnings, err := wire.Strays("", kind, strays); err != nil || len(warnings) != 2 {
		t.Errorf("by default: %v, %v", warnings, err)
	}
	if warnings, err := wire.Strays("Ignore", kind, strays); err != nil || len(warnings) != 0 {
		t.Errorf("Ignore: %v, %v", warnings, err)
	}
	if _, err := wire.Strays("Maybe", kind, strays); err == nil {
		t.Error("Maybe was taken")
	}
}

func TestPatch(t *testing.T) {
	const current = `{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"name":"x","image":"1"},{"name":"y","image":"2"}]}}`
	tests := map[string]struct {
		kind  types.PatchType
		patch string
		want  string
	}{
		"strategic": {types.StrategicMergePatchType, `{"spec":{"containers":[{"name":"y","image":"3"}]}}`, `{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"image":"1","name":"x"},{"image":"3","name":"y"}]}}`},
		"merge":     {types.MergePatchType, `{"metadata":{"labels":{"a":null}},"spec":null}`, `{"metadata":{"labels":{"b":"2"}}}`},
		"json":      {types.JSONPatchType, `[{"op":"remove","path":"/spec"},{"op":"replace","path":"/metadata/labels/a","value":"9"}]`, `{"metadata":{"labels":{"a":"9","b":"2"}}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := wire.Patch(wire.Body{Type: string(test.kind), Data: []byte(test.patch)}, []byte(current), &v1.Pod{})
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	tests := map[string]struct {
		kind  types.PatchType
		patch string
		code  int32
	}{
		"server-side apply":  {types.ApplyYAMLPatchType, `{}`, 415},
		"an unknown kind":    {"text/plain", `{}`, 415},
		"not json":           {types.MergePatchType, `{`, 400},
		"a path too far":     {types.JSONPatchType, `[{"op":"replace","path":"/no/such","value":1}]`, 422},
		"a test that fails":  {types.JSONPatchType, `[{"op":"test","path":"/a","value":2}]`, 422},
		"a list for a patch": {types.StrategicMergePatchType, `[]`, 400},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := wire.Patch(wire.Body{Type: string(test.kind), Data: []byte(test.patch)}, []byte(`{"a":1}`), &v1.Pod{})
			if err == nil {
				t.Fatal("no error")
			}
			if status := wire.StatusOf(err); status.Code != test.code {
				t.Errorf("%d %s, want %d", status.Code, status.Message, test.code)
			}
		})
	}
}

func TestFormOf(t *testing.T) {
	tests := map[string]wire.Form{
		"":    wire.Whole,
		"*/*": wire.Whole,
		"application/vnd.kubernetes.protobuf, */*": wire.Whole,
		"application/vnd.kubernetes.protobuf":      wire.Whole,
		"application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json":                                  wire.Table,
		"application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json":                                                                               wire.Whole,
		"application/json, application/json;as=Table;v=v1;g=meta.k8s.io":                                                                                   wire.Whole,
		"application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1": wire.Metadata,
	}
	for accept, want := range tests {
		if got := wire.FormOf(accept); got != want {
			t.Errorf("%s: %q, want %q", accept, got, want)
		}
	}
}
