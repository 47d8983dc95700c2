package explain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Field is a field of a Pod, or the Pod itself.
type Field struct {
	Path   string // spec.containers.image
	Type   string // as kubectl explain names it: string, []Container
	Doc    string // what Kubernetes' API says
	Fields []Field

	of    reflect.Type
	index []int // in the struct above
}

// documented is a type with the API's documentation, generated into
// k8s.io/api from the comments of its fields.
type documented interface{ SwaggerDoc() map[string]string }

// kindWords are how a path may begin, as kubectl has it.
var kindWords = [...]string{"pod", "pods", "po"}

// FindField finds a field of the Pod by its path: spec.containers.image, with
// pod. in front or indexes in between as one likes. What stands behind a map is
// one of its keys, which may have dots: the field is the map. The error is a
// NoFieldError.
func FindField(path string) (Field, error) {
	f := Field{Type: "Pod", of: reflect.TypeFor[v1.Pod](), Doc: docOf(reflect.TypeFor[v1.Pod](), "")}
	for i, word := range pathWords(path) {
		if i == 0 && slices.Contains(kindWords[:], strings.ToLower(word)) {
			continue
		}
		next, ok := f.field(word)
		if f.of.Kind() == reflect.Map && len(f.fields()) == 0 {
			break
		}
		if !ok {
			return Field{}, &NoFieldError{f, word}
		}
		f = next
	}
	f.Fields = f.fields()
	return f, nil
}

// pathWords are the words of a path, without indexes.
func pathWords(path string) []string {
	var words []string
	for _, word := range strings.Split(strings.Trim(path, "."), ".") {
		word, _, _ = strings.Cut(word, "[")
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

// NoFieldError says that a field is not there.
type NoFieldError struct {
	Above Field
	Word  string
}

func (e *NoFieldError) Error() string {
	if len(e.Names()) == 0 {
		return fmt.Sprintf("%s is a %s, which has no fields", e.Above.Path, e.Above.Type)
	}
	return fmt.Sprintf("there is no field %q in %s", e.Word, e.Above.name())
}

// Names are the fields that are there.
func (e *NoFieldError) Names() []string {
	var names []string
	for _, f := range e.Above.fields() {
		names = append(names, f.last())
	}
	return names
}

func (f Field) name() string {
	if f.Path == "" {
		return "a Pod"
	}
	return f.Path
}

// last is the last word of the path.
func (f Field) last() string { return f.Path[strings.LastIndex(f.Path, ".")+1:] }

func (f Field) field(word string) (Field, bool) {
	fields := f.fields()
	i := slices.IndexFunc(fields, func(f Field) bool { return f.last() == word })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// fields are those of a struct, or of the elements of a list of them.
func (f Field) fields() []Field {
	t := element(f.of)
	if t.Kind() != reflect.Struct || scalar(t) {
		return nil
	}
	var list []Field
	for _, sf := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "" || name == "-" || !sf.IsExported() {
			continue
		}
		path := strings.TrimPrefix(f.Path+"."+name, ".")
		if above, _, _ := strings.Cut(t.Field(sf.Index[0]).Tag.Get("json"), ","); len(sf.Index) > 1 && above != "" {
			continue // Go promotes the fields of metadata, the manifest does not
		}
		holder := t.FieldByIndex(sf.Index[:1]).Type // of an embedded struct
		if len(sf.Index) == 1 {
			holder = t
		}
		list = append(list, Field{Path: path, Type: typeWord(sf.Type), Doc: docOf(holder, name), of: sf.Type, index: sf.Index})
	}
	return list
}

// element is the type of what a list, a map or a pointer holds.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// scalar reports whether a struct is written as one value.
func scalar(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString](), reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.MicroTime](), reflect.TypeFor[metav1.FieldsV1]():
		return true
	}
	return false
}

// typeWord is a type as kubectl explain writes it.
func typeWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return typeWord(t.Elem())
	case reflect.Slice:
		return "[]" + typeWord(t.Elem())
	case reflect.Map:
		return "map[string]" + typeWord(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.Int32, reflect.Int64, reflect.Int, reflect.Uint8:
		return "integer"
	case reflect.String:
		return "string"
	}
	return t.Name()
}

func docOf(t reflect.Type, field string) string {
	doc, ok := reflect.Zero(element(t)).Interface().(documented)
	if !ok {
		return ""
	}
	text := doc.SwaggerDoc()[field]
	if mode, broken := strings.CutSuffix(text, "rw-rw "); broken {
		// What makes these texts from the types takes the bits that follow for a rule
		// under the text (fsGroup). The rest is that of the types.
		text = mode + "rw-rw----\n\nIf unset, the Kubelet will not modify the ownership and permissions of any volume. Note that this field cannot be set when spec.os.name is windows."
	}
	return text
}
