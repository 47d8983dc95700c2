package translate

import (
	"fmt"
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Idle are the fields of the pod that are set and mean nothing here: leaving
// them out changes nothing that anyone can see.
func (b *Blueprint) Idle() []Note {
	w := idleWalk{rows: fateRows()}
	w.walk(reflect.ValueOf(*b.Pod), "")
	for _, u := range b.Units {
		if _, set := u.Container.Resources.Requests[v1.ResourceEphemeralStorage]; set {
			w.notes = append(w.notes, Note{Field: u.Path + ".resources.requests.ephemeral-storage", Message: "nothing is scheduled"})
		}
	}
	return w.notes
}

type idleWalk struct {
	rows  map[string][]FieldFate
	notes []Note
}

// walk goes through the fields of a struct that are set.
func (w *idleWalk) walk(v reflect.Value, path string) {
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		field := v.Field(i)
		switch {
		case field.IsZero():
		case name == "" || strings.Contains(options, "inline"):
			if field.Kind() == reflect.Struct {
				w.inline(field, v.Type().Name(), path)
			}
		default:
			w.field(v.Type().Name(), name, field, strings.TrimPrefix(path+"."+name, "."))
		}
	}
}

// inline goes on with fields that stand beside the others.
func (w *idleWalk) inline(v reflect.Value, around, path string) {
	if w.rows[v.Type().Name()] == nil {
		w.rows[v.Type().Name()] = w.rows[around]
	}
	w.walk(v, path)
}

func (w *idleWalk) field(around, name string, v reflect.Value, path string) {
	for _, f := range w.rows[around] {
		switch {
		case f.Name != name:
		case f.Fate == Nothing:
			w.notes = append(w.notes, Note{Field: path, Message: f.How})
		case f.Fate == Parted:
			w.parts(v, path)
		}
	}
}

// parts goes on with what a field is made of.
func (w *idleWalk) parts(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		w.parts(v.Elem(), path)
	case reflect.Slice:
		for i := range v.Len() {
			w.parts(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		w.walk(v, path)
	}
}
