package podspec

import (
	"reflect"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxHomeDepth is how many levels down a field's home is looked for.
const maxHomeDepth = 5

// around finds a field in the mappings around this one, the nearest first. Nil when none has it.
func (d *decoder) around(e entry) *field.Path {
	for i := len(d.frames) - 2; i >= 0; i-- {
		if f := find(d.fieldsOf(d.frames[i].typ), e.name); f != nil && d.fits(e.value, f.typ) {
			return child(d.frames[i].path, e.name)
		}
	}
	return nil
}

// below looks for a field in the structs below a frame, breadth first; spec and containers before others. Lists have []
// for their index.
func (d *decoder) below(from frame, e entry, depth int) *field.Path {
	if homes := d.homes(from, e, depth); len(homes) > 0 {
		return homes[0]
	}
	return nil
}

// only is what below finds, if that is a field of metadata or spec themselves, or no other place has a field of that
// name. Containers of all sorts are one place.
func (d *decoder) only(from frame, e entry, depth int) *field.Path {
	var found *field.Path
	for _, home := range d.homes(from, e, depth) {
		switch at := home.String(); {
		case found == nil && len(splitPath(at)) == 2:
			return home
		case strings.HasPrefix(at, "spec.initContainers"), strings.HasPrefix(at, "spec.ephemeralContainers"):
		case found != nil:
			return nil
		default:
			found = home
		}
	}
	return found
}

// homes are the places below a frame where a field could be meant, the nearest first.
func (d *decoder) homes(from frame, e entry, depth int) []*field.Path {
	var homes []*field.Path
	level := []frame{from}
	for range depth {
		var next []frame
		for _, at := range level {
			for _, f := range d.sortedFields(at.typ) {
				next = append(next, structBelow(at, f)...)
			}
		}
		for _, at := range next {
			if f := find(d.fieldsOf(at.typ), e.name); f != nil && d.fits(e.value, f.typ) && !d.elsewhere(at.path) {
				homes = append(homes, child(at.path, e.name))
			}
		}
		level = next
	}
	return homes
}

// elsewhere says that a path goes into another alternative than the one that is being walked: what is written in one
// type of volume is not meant for another.
func (d *decoder) elsewhere(home *field.Path) bool {
	to := withoutIndexes(pathText(home))
	for i, f := range d.frames {
		if i+1 == len(d.frames) || !isChoice(f.typ) {
			continue
		}
		choice, taken := withoutIndexes(pathText(f.path)), withoutIndexes(pathText(d.frames[i+1].path))
		if within(to, choice) && to != choice && !within(to, taken) {
			return true
		}
	}
	return false
}

// isChoice says that a struct has one of its fields.
func isChoice(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[v1.Volume](), reflect.TypeFor[v1.VolumeProjection](), reflect.TypeFor[v1.EnvVarSource](),
		reflect.TypeFor[v1.LifecycleHandler](), reflect.TypeFor[v1.Probe]():
		return true
	}
	return false
}

// structBelow is the struct that a field holds, itself or in a list.
func structBelow(at frame, f fieldInfo) []frame {
	path, t := child(at.path, f.name), f.typ
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice {
		path, t = field.NewPath(path.String()+"[]"), t.Elem()
	}
	if t.Kind() != reflect.Struct || f.name == "status" || f.name == "managedFields" || isCustom(t) {
		return nil
	}
	return []frame{{t, path}}
}

// sortedFields has the fields that people mean most often first.
func (d *decoder) sortedFields(t reflect.Type) []fieldInfo {
	var first, rest []fieldInfo
	for _, f := range d.fieldsOf(t) {
		switch f.name {
		case "spec", "containers":
			first = append(first, f)
		default:
			rest = append(rest, f)
		}
	}
	return append(first, rest...)
}

// isCustom says that a type reads its own JSON, so that its Go fields are not in the file.
func isCustom(t reflect.Type) bool {
	_, ok := reflect.New(t).Interface().(interface{ UnmarshalJSON([]byte) error })
	return ok
}

// covered says that validation's complaint about a path follows from something already reported: that very field, one
// around it, one that should have been there, or (for a value that is required) one inside it.
func (d *decoder) covered(e *field.Error) bool {
	pattern := withoutIndexes(e.Field)
	for _, b := range d.bad {
		switch {
		case b.path != "" && (within(e.Field, b.path) || sameKey(e.Field, b.path)), b.pattern != "" && within(pattern, b.pattern):
			return true
		case (isMissing(e) || e.Field == "spec.selector") && (within(b.path, e.Field) || within(b.pattern, pattern)):
			return true
		case e.Type == field.ErrorTypeNotFound && strings.HasPrefix(b.path+b.pattern, "spec.volumes"):
			return true
		}
	}
	return false
}

// isMissing says that validation misses something, in either of the ways in which it says so.
func isMissing(e *field.Error) bool {
	return e.Type == field.ErrorTypeRequired || e.Type == field.ErrorTypeInvalid && e.BadValue == ""
}

// within says that a path is at or below another.
func within(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// sameKey says that two paths end in the same key and one leaves out levels on the way to it, as validation does with
// spec.resources[storage].
func sameKey(path, longer string) bool {
	bracket := strings.LastIndexByte(path, '[')
	if bracket < 0 || !strings.HasSuffix(longer, path[bracket:]) {
		return false
	}
	_, err := strconv.Atoi(strings.Trim(path[bracket:], "[]"))
	return err != nil && within(longer, path[:bracket])
}

func withoutIndexes(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		b.WriteByte(path[i])
		if path[i] == '[' {
			for i+1 < len(path) && path[i+1] != ']' {
				i++
			}
		}
	}
	return b.String()
}
