package kind

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

// Rules are what Kubernetes asks of a kind. A nil function asks nothing.
type Rules struct {
	Default func(store.Object)
	// Prepare gives a new object, after its defaults, what no client may set.
	Prepare  func(store.Object) error
	Validate func(store.Object) field.ErrorList
	// Warn says what a client should hear of what it asked for, and what was made
	// of that; nil says nothing.
	Warn func(asked, made store.Object) []string
	// WarnUpdate is the same of an object that was changed. Kubernetes says
	// nothing about pods that are.
	WarnUpdate func(made store.Object) []string
	// Updates are by subresource; "" is the object itself.
	Updates map[string]Update
	// CreateOnUpdate lets PUT make the object.
	CreateOnUpdate bool
}

// Update is what is asked of a write to an object that is there.
type Update struct {
	// Prepare takes back from next what the write may not change, and counts the
	// generation; nil: PrepareUpdate of the kind.
	Prepare func(next, old store.Object) error
	Check   UpdateCheck
}

// UpdateCheck finds what is wrong with changing old into next.
type UpdateCheck func(next, old store.Object) field.ErrorList

// Warnings are what a client should hear of what it asked for, and what was
// made of that.
func (k *Kind) Warnings(asked, made store.Object) []string {
	if k.Rules.Warn == nil {
		return nil
	}
	return k.Rules.Warn(asked, made)
}

// UpdateWarnings are what a client should hear of what it made of an object.
func (k *Kind) UpdateWarnings(sub string, made store.Object) []string {
	if sub != "" || k.Rules.WarnUpdate == nil {
		return nil
	}
	return k.Rules.WarnUpdate(made)
}

// PrepareUpdate takes back from next what a write to the subresource may not
// change, and counts the generation.
func (k *Kind) PrepareUpdate(sub string, next, old store.Object) error {
	if prepare := k.Rules.Updates[sub].Prepare; prepare != nil {
		return prepare(next, old)
	}
	switch sub {
	case "":
		k.copyStatus(next, old)
		if k.Spec != nil && !k.sameSpec(next, old) {
			next.SetGeneration(old.GetGeneration() + 1)
		}
	case "status":
		k.keepSpec(next, old)
	}
	return nil
}

// Check finds what is wrong with a write to the subresource.
func (k *Kind) Check(sub string, next, old store.Object) field.ErrorList {
	update, ok := k.Rules.Updates[sub]
	if !ok {
		update = k.Rules.Updates[""]
	}
	if update.Check == nil {
		return nil
	}
	return update.Check(next, old)
}

// scope says whether objects of a kind are in a namespace.
type scope string

const (
	inNamespace scope = "namespace"
	clusterWide scope = "cluster"
)

// plainRules check metadata alone. They are for kinds that the server only
// stores: nothing that minipod does depends on what is in them.
func plainRules(where scope) Rules {
	path := field.NewPath("metadata")
	return Rules{
		Validate: func(o store.Object) field.ErrorList {
			return validation.ValidateObjectMetaAccessor(o, where == inNamespace, validation.NameIsDNSSubdomain, path)
		},
		Updates: map[string]Update{"": {Check: func(next, old store.Object) field.ErrorList {
			return validation.ValidateObjectMetaAccessorUpdate(next, old, path)
		}}},
	}
}

// statusMeta is the metadata that a write to the status subresource may change.
func statusMeta(into, from metav1.Object) {
	into.SetLabels(from.GetLabels())
	into.SetAnnotations(from.GetAnnotations())
	into.SetFinalizers(from.GetFinalizers())
}

func asPod(o store.Object) *v1.Pod { return o.(*v1.Pod) }
