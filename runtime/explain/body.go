package explain

import (
	"cmp"
	"maps"
	"reflect"
	"strings"
)

// body is a value as it is sent, without the fields of structs that are not
// set: most are not. What a map or a slice holds stays, empty or not.
func body(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return body(v.Elem())
	case reflect.Struct:
		return bodyFields(v)
	case reflect.Map:
		m := map[string]any{}
		for _, key := range v.MapKeys() {
			m[key.String()] = body(v.MapIndex(key))
		}
		return m
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, body(v.Index(i)))
		}
		return list
	}
	return v.Interface()
}

// bodyFields are the fields of a struct by their names in JSON, those of an
// embedded one among them.
func bodyFields(v reflect.Value) map[string]any {
	m := map[string]any{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-" || v.Field(i).IsZero():
		case f.Anonymous && name == "":
			maps.Copy(m, bodyFields(reflect.Indirect(v.Field(i))))
		default:
			m[cmp.Or(name, f.Name)] = body(v.Field(i))
		}
	}
	return m
}
