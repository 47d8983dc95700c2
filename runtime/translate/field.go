package translate

import (
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Fate is what becomes of a field of a Pod.
type Fate string

// The fates of fields.
const (
	Docker  Fate = "Docker"  // it is in a request to Docker, which may be by a default of the field
	Late    Fate = "late"    // it is worked out when a container is made, or a volume filled
	Minipod Fate = "minipod" // minipod does it: nothing of it is sent to Docker
	Warned  Fate = "warning" // it is not honoured, and said so where it changes anything
	Refused Fate = "error"   // a pod that asks for it is not run
	Nothing Fate = "nothing" // it means nothing here
	Parted  Fate = ""        // its own fields have fates
)

// FieldFate says of a field what becomes of it.
type FieldFate struct {
	// Name is the field's own, or of those of Fields its path, in which []
	// stands for any index: spec.containers[].image.
	Name string
	Fate Fate
	How  string
}

// Field is what becomes of the field with a path such as
// spec.containers[0].image, or of the one around it that decides: what is in
// an affinity has its fate. One that has fields with fates is Parted. Without a
// field of that name ok is false.
func Field(path string) (f FieldFate, ok bool) {
	path = withoutIndexes(path)
	for _, f := range Fields() {
		rest, within := strings.CutPrefix(path, f.Name)
		if within && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return f, true
		}
		if rest, below := strings.CutPrefix(f.Name, path); below && strings.ContainsAny(rest[:1], ".[") {
			return FieldFate{Name: path}, true
		}
	}
	return FieldFate{}, false
}

// withoutIndexes has [] for every index of a path.
func withoutIndexes(path string) string {
	var text strings.Builder
	inside := false
	for _, c := range path {
		inside = inside && c != ']'
		if !inside {
			text.WriteRune(c)
		}
		inside = inside || c == '['
	}
	return text.String()
}

// Fields are the fates of all fields of a Pod, in the order of the API.
func Fields() []FieldFate {
	w := fieldWalk{fates: fateRows()}
	w.walk(reflect.TypeFor[v1.Pod](), "")
	return w.found
}

type fieldWalk struct {
	fates
	found []FieldFate
}

func (w *fieldWalk) walk(t reflect.Type, path string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := nameOf(f)
		if name == "" {
			w.beside(f.Type, t)
			w.walk(f.Type, path)
			continue
		}
		at := strings.TrimPrefix(path+"."+name, ".")
		fate := w.of(t, name)
		if fate.Fate != Parted {
			w.found = append(w.found, FieldFate{at, fate.Fate, fate.How})
			continue
		}
		below, list := elem(f.Type)
		if below.Kind() != reflect.Struct {
			w.found = append(w.found, FieldFate{Name: at}) // which a test finds
			continue
		}
		w.walk(below, at+list)
	}
}

// fates are the rows of the table, by the types whose fields they are.
type fates map[string][]FieldFate

// beside gives a type whose fields stand beside the others the rows of the type
// around it, where it has none of its own.
func (r fates) beside(t, around reflect.Type) {
	rows := around.Name()
	if t.Name() == "EphemeralContainerCommon" {
		rows = "Container"
	}
	if r[t.Name()] == nil {
		r[t.Name()] = r[rows]
	}
}

func (r fates) of(t reflect.Type, name string) FieldFate {
	for _, f := range r[t.Name()] {
		if f.Name == name {
			return f
		}
	}
	return FieldFate{}
}

// nameOf is a field's name in a manifest; empty where its own fields stand
// beside the others.
func nameOf(f reflect.StructField) string {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if strings.Contains(options, "inline") {
		return ""
	}
	return name
}

// elem is what a field is made of, and [] where that is a list.
func elem(t reflect.Type) (of reflect.Type, list string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t.Kind() == reflect.Slice {
			list = "[]"
		}
		t = t.Elem()
	}
	return t, list
}
