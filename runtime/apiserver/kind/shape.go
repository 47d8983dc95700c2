package kind

import (
	"slices"

	"k8s.io/apimachinery/pkg/fields"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

// pointerTo is a pointer to T that is an object.
type pointerTo[T any] interface {
	*T
	store.Object
}

// stored makes a kind whose objects are of type T and can be written.
func stored[T any, P pointerTo[T]](k *Kind, rules Rules) *Kind {
	k.New = func() store.Object { return P(new(T)) }
	k.Verbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	k.Rules = rules
	return k
}

// empty makes a kind that clients look for and of which there is never any.
func empty(k *Kind) *Kind {
	k.Verbs = []string{"get", "list", "watch"}
	return k
}

func namespaced(k *Kind) *Kind {
	k.Namespaced = true
	return k
}

func withFields(k *Kind, f func(store.Object) fields.Set) *Kind {
	k.Fields = f
	return k
}

func withSpec(k *Kind, f func(store.Object) any) *Kind {
	k.Spec = f
	return k
}

func withStatus(k *Kind, f func(store.Object) any) *Kind {
	k.Status = f
	k.Subresources = append(k.Subresources, Subresource{Name: "status", Verbs: []string{"get", "patch", "update"}})
	return k
}

func hooked(k *Kind, hooks Hooks) *Kind {
	k.Hooks = hooks
	return k
}

func inCategory(category string, k *Kind) *Kind {
	k.Categories = append(k.Categories, category)
	return k
}

func without(verbs []string, verb string) []string {
	return slices.DeleteFunc(slices.Clone(verbs), func(v string) bool { return v == verb })
}
