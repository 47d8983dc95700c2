package object_test

import (
	"strings"
	"testing"

	"github.com/minipod/minipod/runtime/object"
)

// The name of a volume tells the namespace of its object, where it has room.
func TestNamespaceOf(t *testing.T) {
	of := func(k object.Key) string { return k.Volume(12) }
	for _, c := range []struct {
		volume, namespace string
		ok                bool
	}{
		{of(object.Key{Resource: "configmaps", Namespace: "one", Name: "a.b-c"}), "one", true},
		{of(object.Key{Resource: "deployments.apps", Namespace: "two", Name: "a"}), "two", true},
		{of(object.Key{Resource: "secrets", Namespace: "one", Name: strings.Repeat("a", 250)}), "", true},
		{of(object.Key{Resource: "namespaces", Name: "one"}), "", false},
		{"web_data_f00", "", false},
		{"", "", false},
	} {
		if namespace, ok := object.NamespaceOf(c.volume); namespace != c.namespace || ok != c.ok {
			t.Errorf("%s: %q, %v, want %q, %v", c.volume, namespace, ok, c.namespace, c.ok)
		}
	}
}
