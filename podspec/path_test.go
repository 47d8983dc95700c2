package podspec

import (
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestSplitPath(t *testing.T) {
	for path, want := range map[string][]string{
		"":                                nil,
		"spec":                            {"spec"},
		"spec.containers[0].ports[12]":    {"spec", "containers", "0", "ports", "12"},
		"data[nginx.conf]":                {"data", "nginx.conf"},
		"metadata.annotations[a.b/c].d":   {"metadata", "annotations", "a.b/c", "d"},
		"metadata.annotations[odd[key]]":  {"metadata", "annotations", "odd[key]"},
		"spec.resources.requests[storage": {"spec", "resources", "requests", "storage"},
		"..[]..":                          {""},
	} {
		if got := splitPath(path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: want %q, got %q", path, want, got)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"image", "image", 0}, {"imgae", "image", 1}, {"imag", "image", 1}, {"conatiners", "containers", 1},
		{"commmand", "command", 1}, {"port", "name", 4}, {"a", "abcdefgh", 5}, {"", "ab", 2},
	} {
		if got := edits(tc.a, tc.b, 5); got != tc.want {
			t.Errorf("%s, %s: want %d, got %d", tc.a, tc.b, tc.want, got)
		}
	}
}

// TestCovered: what follows from a reported problem is not told again, and nothing else is held back.
func TestCovered(t *testing.T) {
	d := &decoder{bad: []fault{
		{path: "spec.containers[0].ports[0].containerPort"},
		{path: "spec.image"}, {pattern: "spec.containers[].image"},
		{path: "spec.containers[0].livenessProbe.htp"},
		{path: "spec.resources.requests[storage]"},
		{path: "spec.volumes[1].name"},
	}}
	at := func(path string) *field.Path { return field.NewPath(path) }
	for _, tc := range []struct {
		err  *field.Error
		want bool
	}{
		{field.Required(at("spec.containers[0].ports[0].containerPort"), ""), true},
		{field.Required(at("spec.containers[0].ports[1].containerPort"), ""), false},
		{field.Required(at("spec.containers[3].image"), ""), true},
		{field.Required(at("spec.containers[3].imagePullPolicy"), ""), false},
		{field.Required(at("spec.containers[0].livenessProbe"), "must specify a handler type"), true},
		{field.Invalid(at("spec.containers[0].livenessProbe"), "x", ""), false},
		{field.Invalid(at("spec.resources[storage]"), "0", ""), true},
		{field.Invalid(at("spec.resources[memory]"), "0", ""), false},
		{field.NotFound(at("spec.containers[0].volumeMounts[0].name"), "html"), true},
		{field.Duplicate(at("spec.containers[0].name"), "html"), false},
	} {
		if got := d.covered(tc.err); got != tc.want {
			t.Errorf("%v: want %v, got %v", tc.err, tc.want, got)
		}
	}
}
