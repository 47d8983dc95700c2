package translate

import (
	"fmt"
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Idle are the fields of the pod that are set and mean nothing here: leaving
// them out changes nothing that anyone can see. A default that a manifest writes
// is among them, where it asks for what is not here.
func (b *Blueprint) Idle() []Note {
	w := idleWalk{fates: fateRows()}
	w.walk(reflect.ValueOf(*b.Pod), "")
	if b.Pod.Spec.DNSPolicy == v1.DNSClusterFirst {
		w.notes = append(w.notes, Note{Field: "spec.dnsPolicy", Message: engineDNS})
	}
	if isTrue(b.Pod.Spec.AutomountServiceAccountToken) && !b.Options.API {
		w.notes = append(w.notes, Note{Field: "spec.automountServiceAccountToken", Message: noToken})
	}
	for _, u := range b.Units {
		if _, set := u.Container.Resources.Requests[v1.ResourceEphemeralStorage]; set {
			w.notes = append(w.notes, Note{Field: u.Path + ".resources.requests.ephemeral-storage", Message: "nothing is scheduled"})
		}
	}
	return w.notes
}

type idleWalk struct {
	fates
	notes []Note
}

// walk goes through the fields of a struct that are set.
func (w *idleWalk) walk(v reflect.Value, path string) {
	for f, field := range v.Fields() {
		name := nameOf(f)
		switch {
		case field.IsZero():
		case name != "":
			w.field(w.of(v.Type(), name), field, strings.TrimPrefix(path+"."+name, "."))
		case field.Kind() == reflect.Struct:
			w.beside(f.Type, v.Type())
			w.walk(field, path)
		}
	}
}

func (w *idleWalk) field(f FieldFate, v reflect.Value, path string) {
	switch {
	case f.Fate == Nothing:
		w.notes = append(w.notes, Note{Field: path, Message: f.How})
	case f.Fate == Parted:
		w.parts(v, path)
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
