// Package kind describes the kinds of objects that the API serves: their names,
// types and verbs, the fields that can be selected, and the rules for making and
// changing them.
package kind

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/table"
)

// Kind is one kind of object.
type Kind struct {
	Group, Version, Kind string
	Plural, Singular     string
	Short, Categories    []string
	Namespaced           bool
	Verbs                []string
	Subresources         []Subresource

	// New makes an empty object; nil for kinds that clients only look for: they
	// are served as empty lists.
	New func() store.Object
	// Fields answers what field selectors can ask, beyond name and namespace.
	Fields func(store.Object) fields.Set
	// Spec points at the part whose change counts a generation; nil: none is counted.
	Spec func(store.Object) any
	// Status points at the part that only the status subresource changes; nil: there is none.
	Status func(store.Object) any
	// MergesApply serves server-side apply with force as a merge. Without field
	// owners that is all it can be: nothing is ever taken away. It is for kinds
	// that are only stored; of the others kubectl shall hear that it is not served.
	MergesApply bool
	// Rules are the defaults and checks of the kind.
	Rules Rules
	// Hooks are what the server does for this kind alone.
	Hooks Hooks
}

// Subresource is what can be done below an object's name.
type Subresource struct {
	Name  string
	Verbs []string // none: clients know it, and it is not served
	// Kind and its group and version are of what is sent and received, the
	// object's own if empty.
	Group, Version, Kind string
}

// Resource is the name that the store and error messages use: "pods", "leases.coordination.k8s.io".
func (k *Kind) Resource() string {
	return k.GroupResource().String()
}

// GroupResource is the group and the plural name.
func (k *Kind) GroupResource() schema.GroupResource {
	return schema.GroupResource{Group: k.Group, Resource: k.Plural}
}

// GroupKind is the group and the kind.
func (k *Kind) GroupKind() schema.GroupKind {
	return schema.GroupKind{Group: k.Group, Kind: k.Kind}
}

// GroupVersion is the group and version.
func (k *Kind) GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: k.Group, Version: k.Version}
}

// GroupVersionKind is the full name of the type.
func (k *Kind) GroupVersionKind() schema.GroupVersionKind {
	return k.GroupVersion().WithKind(k.Kind)
}

// Allows reports whether the verb is served.
func (k *Kind) Allows(verb string) bool { return slices.Contains(k.Verbs, verb) }

// Subresource finds a subresource by name, or returns nil.
func (k *Kind) Subresource(name string) *Subresource {
	for i := range k.Subresources {
		if k.Subresources[i].Name == name {
			return &k.Subresources[i]
		}
	}
	return nil
}

// Printer makes the rows of the kind.
func (k *Kind) Printer() table.Printer {
	if len(k.Hooks.Columns.Columns) == 0 {
		return table.Plain()
	}
	return k.Hooks.Columns
}

// Stamp writes the kind's name into an object, as Kubernetes' answers have it.
func (k *Kind) Stamp(obj store.Object) {
	obj.GetObjectKind().SetGroupVersionKind(k.GroupVersionKind())
}

// Key is the key of an object of the kind.
func (k *Kind) Key(namespace, name string) store.Key {
	if !k.Namespaced {
		namespace = ""
	}
	return store.Key{Resource: k.Resource(), Namespace: namespace, Name: name}
}

// Selectable is all that field selectors can ask of an object.
func (k *Kind) Selectable(obj store.Object) fields.Set {
	set := fields.Set{}
	if k.Fields != nil {
		set = k.Fields(obj)
	}
	set["metadata.name"] = obj.GetName()
	if k.Namespaced {
		set["metadata.namespace"] = obj.GetNamespace()
	}
	return set
}

func (k *Kind) sameSpec(a, b store.Object) bool {
	return equality.Semantic.DeepEqual(k.Spec(a), k.Spec(b))
}

// copyStatus makes the status of dst that of src.
func (k *Kind) copyStatus(dst, src store.Object) {
	if k.Status != nil {
		reflect.ValueOf(k.Status(dst)).Elem().Set(reflect.ValueOf(k.Status(copied(src))).Elem())
	}
}

// keepSpec makes next what old is, but for the status and the metadata that goes with it.
func (k *Kind) keepSpec(next, old store.Object) {
	base := copied(old)
	k.copyStatus(base, next)
	statusMeta(base, next)
	reflect.ValueOf(next).Elem().Set(reflect.ValueOf(base).Elem())
}

// clearStatus empties the status of a new object, which no client may set.
func (k *Kind) clearStatus(obj store.Object) {
	if k.Status != nil {
		reflect.ValueOf(k.Status(obj)).Elem().SetZero()
	}
}

func copied(obj store.Object) store.Object { return obj.DeepCopyObject().(store.Object) }

// Set is all kinds, looked up by their names.
type Set struct {
	kinds []*Kind
}

// All returns the kinds in the order in which discovery lists them.
func (s *Set) All() []*Kind { return s.kinds }

// Lookup finds a kind by group, version and plural name, or returns nil.
func (s *Set) Lookup(gv schema.GroupVersion, plural string) *Kind {
	for _, k := range s.kinds {
		if k.Plural == plural && k.GroupVersion() == gv {
			return k
		}
	}
	return nil
}

// ByResource finds a kind by the name that the store uses, or returns nil.
func (s *Set) ByResource(resource string) *Kind {
	for _, k := range s.kinds {
		if k.Resource() == resource {
			return k
		}
	}
	return nil
}

// GroupVersions returns every group and version once, in order.
func (s *Set) GroupVersions() []schema.GroupVersion {
	var all []schema.GroupVersion
	for _, k := range s.kinds {
		if !slices.Contains(all, k.GroupVersion()) {
			all = append(all, k.GroupVersion())
		}
	}
	return all
}

// In returns the kinds of a group and version.
func (s *Set) In(gv schema.GroupVersion) []*Kind {
	var found []*Kind
	for _, k := range s.kinds {
		if k.GroupVersion() == gv {
			found = append(found, k)
		}
	}
	return found
}

// spec says a kind in one line; see kinds.go.
func spec(group, version, kind, plural string, short ...string) *Kind {
	return &Kind{
		Group: group, Version: version, Kind: kind,
		Plural: plural, Singular: strings.ToLower(kind), Short: short,
	}
}
