package kind_test

import (
	"reflect"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
)

func TestNamesAreUnique(t *testing.T) {
	kinds, seen := kind.New(), map[string]bool{}
	for _, k := range kinds.All() {
		names := append([]string{k.Resource()}, k.Short...)
		for _, name := range names {
			if seen[name] {
				t.Errorf("%s is the name of two kinds", name)
			}
			seen[name] = true
		}
		if kinds.Lookup(k.GroupVersion(), k.Plural) != k || kinds.ByResource(k.Resource()) != k {
			t.Errorf("%s is not found by its names", k.Resource())
		}
	}
}

// TestTypesFitTheirNames: an object that is stamped with a kind must be of its Go type.
func TestTypesFitTheirNames(t *testing.T) {
	for _, k := range kind.New().All() {
		if k.New == nil {
			continue
		}
		if got := reflect.TypeOf(k.New()).Elem().Name(); got != k.Kind {
			t.Errorf("%s makes a %s", k.Kind, got)
		}
		if obj := k.New(); k.Status != nil && reflect.TypeOf(k.Status(obj)).Kind() != reflect.Pointer {
			t.Errorf("the status of %s cannot be set", k.Kind)
		}
	}
}

func TestStatusWriteLeavesTheSpec(t *testing.T) {
	k := kind.New().ByResource(kind.Nodes)
	old := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	next := old.DeepCopy()
	next.Spec.Unschedulable, next.Labels = true, map[string]string{"x": "y"}
	next.Status.NodeInfo.KernelVersion = "6"
	if err := k.PrepareUpdate("status", next, old); err != nil {
		t.Fatal(err)
	}
	if next.Spec.Unschedulable || next.Status.NodeInfo.KernelVersion != "6" || next.Labels["x"] != "y" {
		t.Errorf("after a write to the status: %+v", next)
	}
	next.Spec.Unschedulable, next.Status.NodeInfo.KernelVersion = true, "7"
	if err := k.PrepareUpdate("", next, old); err != nil {
		t.Fatal(err)
	}
	if !next.Spec.Unschedulable || next.Status.NodeInfo.KernelVersion != "" {
		t.Errorf("after a write to the node: %+v", next)
	}
}

func TestFieldsThatAreNotSetAreFalse(t *testing.T) {
	k := kind.New().ByResource(kind.Nodes)
	if got := k.Selectable(&v1.Node{})["spec.unschedulable"]; got != "false" {
		t.Errorf("spec.unschedulable is %q", got)
	}
}
