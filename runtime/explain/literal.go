package explain

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/translate"
)

// shortLiteral is how long the elements may be that stand in one line.
const shortLiteral = 60

// text is a Go expression for a string. In the place of the pod's UID and of
// late values stands what finds them out.
func (w *program) text(word string) string {
	var sum []string
	for i, part := range translate.CutTokens(word) {
		if i%2 == 1 {
			sum = append(sum, w.late(part))
			continue
		}
		for j, literal := range strings.Split(part, string(w.b.Pod.UID)) {
			if j > 0 {
				sum = append(sum, "uid")
			}
			if literal != "" {
				sum = append(sum, quoted(literal))
			}
		}
	}
	if len(sum) == 0 {
		return `""`
	}
	return strings.Join(sum, " + ")
}

func quoted(text string) string {
	if strings.Contains(text, `"`) && strconv.CanBackquote(text) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

// literal is a Go expression for a value of a request.
func (w *program) literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		text := w.text(v.String())
		if constant := !strings.Contains(v.String(), string(w.b.Pod.UID)) && len(translate.CutTokens(v.String())) == 1; constant || v.Type().PkgPath() == "" {
			return text
		}
		return w.typeName(v.Type()) + "(" + text + ")"
	case reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		if v.Type().Elem().Kind() == reflect.Struct {
			return "&" + w.literal(v.Elem())
		}
		return "ptr[" + w.typeName(v.Type().Elem()) + "](" + w.literal(v.Elem()) + ")"
	case reflect.Slice:
		var elements []string
		for i := range v.Len() {
			elements = append(elements, w.element(v.Index(i)))
		}
		return w.typeName(v.Type()) + braces(elements)
	case reflect.Map:
		var elements []string
		for _, key := range v.MapKeys() {
			elements = append(elements, w.literal(key)+": "+w.element(v.MapIndex(key)))
		}
		slices.Sort(elements)
		return w.typeName(v.Type()) + braces(elements)
	case reflect.Struct:
		return w.typeName(v.Type()) + braces(w.fields(v))
	}
	return fmt.Sprint(v.Interface())
}

// element leaves out the type that a slice or a map says.
func (w *program) element(v reflect.Value) string {
	text := w.literal(v)
	if v.Kind() == reflect.Struct || v.Kind() == reflect.Slice {
		return strings.TrimPrefix(text, w.typeName(v.Type()))
	}
	return text
}

// fields are those of a struct that are set.
func (w *program) fields(v reflect.Value) []string {
	var list []string
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
			list = append(list, f.Name+": "+w.literal(v.Field(i)))
		}
	}
	return list
}

func braces(elements []string) string {
	line := strings.Join(elements, ", ")
	if len(line) <= shortLiteral && !strings.Contains(line, "\n") {
		return "{" + line + "}"
	}
	return "{\n" + strings.Join(elements, ",\n") + ",\n}"
}

// typeName is how the program writes a type; slices and maps have no names of
// their own.
func (w *program) typeName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice:
		return "[]" + w.typeName(t.Elem())
	case t.Kind() == reflect.Map:
		return "map[" + w.typeName(t.Key()) + "]" + w.typeName(t.Elem())
	case t.Kind() == reflect.Pointer:
		return "*" + w.typeName(t.Elem())
	case t.PkgPath() == "":
		return t.String()
	case t == reflect.TypeFor[container.HealthConfig]():
		return "container.HealthConfig" // another name of a type of another module
	}
	w.imports[t.PkgPath()] = true
	return path.Base(t.PkgPath()) + "." + t.Name()
}
