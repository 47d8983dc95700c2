package object

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// inWords are errors about a change without the drawings of the difference that
// Kubernetes adds to some: each is at the fields that may not change.
func (m Manifest) inWords(errs field.ErrorList, next, old object) field.ErrorList {
	var all field.ErrorList
	for _, e := range errs {
		words, _, drawn := strings.Cut(e.Detail, "\n")
		if !drawn {
			all = append(all, e)
			continue
		}
		fields := m.forbidden(e.Field, next, old)
		if len(fields) == 0 {
			fields = []string{e.Field}
		}
		for _, name := range fields {
			all = append(all, &field.Error{Type: e.Type, Field: name, BadValue: e.BadValue, Detail: words})
		}
	}
	return all
}

// forbidden are the fields of a part of an object that differ, and whose change alone
// is refused.
func (m Manifest) forbidden(part string, next, old object) []string {
	nextFields, err := partOf(next, part)
	if err != nil {
		return nil
	}
	oldFields, err := partOf(old, part)
	if err != nil {
		return nil
	}
	names := maps.Clone(nextFields)
	maps.Copy(names, oldFields)
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if reflect.DeepEqual(nextFields[name], oldFields[name]) {
			continue
		}
		changed, err := m.changing(old, part, map[string]any{name: nextFields[name]})
		if err == nil && slices.ContainsFunc(m.kind.judge(changed, old), func(e *field.Error) bool { return e.Field == part }) {
			fields = append(fields, part+"."+name)
		}
	}
	return fields
}

// changing is an object with fields of a part of it changed.
func (m Manifest) changing(o object, part string, fields map[string]any) (object, error) {
	before, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	change, err := json.Marshal(map[string]any{part: fields})
	if err != nil {
		return nil, err
	}
	changed, err := m.decode(before)
	if err != nil {
		return nil, err
	}
	return changed, json.Unmarshal(change, changed)
}

// partOf are the fields of a part of an object.
func partOf(o object, part string) (map[string]any, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	parts := map[string]any{}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, err
	}
	fields, _ := parts[part].(map[string]any)
	return fields, nil
}
