package podspec

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

const (
	// maxExpansion is how much aliases may add to a document, in bytes: enough for any manifest, too little for a bomb.
	maxExpansion = maxSize
	// nodeCost is what a node counts for beside its text: an empty container is three bytes of YAML and a kilobyte of Go.
	nodeCost = 64
	// maxItems is how long a list may be.
	maxItems = 10000
	// maxMerges is how deep mappings may be merged into one another.
	maxMerges = 10
)

// decoder walks a document and a Go type side by side and fills a value of the type with what the document says.
// Everything that does not fit is reported and left out.
type decoder struct {
	*reporter
	fields    map[reflect.Type][]fieldInfo
	frames    []frame
	open      map[*yaml.Node]bool // anchors that are being walked
	aliases   int                 // how many aliases that happens in
	expansion int                 // what aliases have added so far
	told      map[string]bool     // what was reported, by place: an alias repeats what is wrong in its anchor
	bad       []fault
}

// frame is a mapping that is being walked, for what belongs in it.
type frame struct {
	typ  reflect.Type
	path *field.Path
}

// fault is a place where something was reported: what Kubernetes' validation says about it is no news. A pattern has
// [] for any index.
type fault struct{ path, pattern string }

// fieldInfo is one field of a struct as JSON has it.
type fieldInfo struct {
	name  string
	index []int
	typ   reflect.Type
}

func newDecoder(r *reporter) *decoder {
	return &decoder{reporter: r, fields: map[reflect.Type][]fieldInfo{}, open: map[*yaml.Node]bool{}, told: map[string]bool{}}
}

// decode fills v, which must be settable.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path *field.Path, depth int) {
	if d.full() {
		return
	}
	if depth > maxDepth {
		d.wrong(n, path, "nested more than %d levels deep", maxDepth)
		return
	}
	if d.aliases > 0 && !d.expand(n) {
		d.wrong(n, path, "the aliases in this document expand to more than %d bytes", maxExpansion)
		return
	}
	ok := d.inside(n, func(n *yaml.Node) {
		if !isNull(n) {
			d.value(n, v, path, depth)
		}
	})
	if !ok {
		d.wrong(n, path, "the alias *%s is inside its own anchor", n.Value)
	}
}

// inside goes into a node, or where it is an alias into what that stands for; not into one that it is inside of.
func (d *decoder) inside(n *yaml.Node, visit func(*yaml.Node)) bool {
	target := resolved(n)
	if d.open[target] {
		return false
	}
	if target.Anchor != "" {
		d.open[target] = true
		defer delete(d.open, target)
	}
	if target != n {
		d.aliases++
		defer func() { d.aliases-- }()
	}
	visit(target)
	return true
}

// expand counts what aliases add, and says whether it is still little enough.
func (d *decoder) expand(n *yaml.Node) bool {
	d.expansion += nodeCost + len(n.Value)
	return d.expansion <= maxExpansion
}

// value decodes what is no alias and not null.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path *field.Path, depth int) {
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok && v.Kind() != reflect.Pointer {
		d.custom(n, u, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		d.value(n, target.Elem(), path, depth) // the same node: it is not gone into once more
		v.Set(target)
	case reflect.Struct:
		d.structure(n, v, path, depth)
	case reflect.Map:
		d.mapping(n, v, path, depth)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			d.bytes(n, v, path)
			return
		}
		d.list(n, v, path, depth)
	default:
		d.scalar(n, v, path)
	}
}

// list decodes a list. One item where a list is meant is reported, and gone on with as the only item.
func (d *decoder) list(n *yaml.Node, v reflect.Value, path *field.Path, depth int) {
	items := n.Content
	if n.Kind != yaml.SequenceNode {
		d.wrong(n, path, "want a list%s, got %s%s", ofWhat(v.Type().Elem()), describe(n), listHint(n, v.Type().Elem()))
		if n.Kind != yaml.MappingNode || !d.looksLike(n, v.Type().Elem()) {
			return
		}
		item := *n // of its own: n has been gone into
		items = []*yaml.Node{&item}
	}
	if len(items) > maxItems {
		d.wrong(n, path, "a list of %d items: more than the %d it may have", len(items), maxItems)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.decode(item, v.Index(i), path.Index(i), depth+1)
	}
}

// mapping decodes a map from strings.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path *field.Path, depth int) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n, path, "want a mapping (key: value), got %s%s", describe(n), keyHint(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(n, path) {
		value, before := reflect.New(v.Type().Elem()).Elem(), len(d.bad)
		d.decode(e.value, value, path.Key(e.name), depth+1)
		if len(d.bad) > before {
			continue
		}
		v.SetMapIndex(reflect.ValueOf(e.name).Convert(v.Type().Key()), value)
	}
}

// structure decodes a struct. Fields that the struct does not have are reported; where it is plain what was meant they
// are moved there first, so that what is inside them is looked at as well.
func (d *decoder) structure(n *yaml.Node, v reflect.Value, path *field.Path, depth int) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n, path, "want a mapping (key: value), got %s%s", describe(n), d.itemHint(n, v.Type()))
		return
	}
	d.frames = append(d.frames, frame{v.Type(), path})
	fields := d.fieldsOf(v.Type())
	entries := d.entries(n, path)
	if d.mend(n, v.Type(), entries, path) {
		entries, _ = d.flatten(n, 0)
	}
	for _, e := range entries {
		if info := find(fields, e.name); info != nil {
			d.decode(e.value, v.FieldByIndex(info.index), child(path, e.name), depth+1)
		}
	}
	d.frames = d.frames[:len(d.frames)-1]
}

// fieldsOf lists the JSON fields of a struct type, those of inlined structs in their place.
func (d *decoder) fieldsOf(t reflect.Type) []fieldInfo {
	if fields, ok := d.fields[t]; ok {
		return fields
	}
	var fields []fieldInfo
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && (name == "" || strings.Contains(options, "inline")):
			for _, inner := range d.fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
		case name != "" && name != "-":
			fields = append(fields, fieldInfo{name, []int{i}, f.Type})
		}
	}
	d.fields[t] = fields
	return fields
}

func find(fields []fieldInfo, name string) *fieldInfo {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

// wrong reports something at a node.
func (d *decoder) wrong(n *yaml.Node, path *field.Path, format string, args ...any) {
	at := pathText(path)
	d.bad = append(d.bad, fault{path: at})
	text := fmt.Sprintf(format, args...)
	if place := fmt.Sprintf("%d:%d %s", n.Line, n.Column, text); !d.told[place] {
		d.told[place] = true
		d.report(n.Line, n.Column, at, "%s", text)
	}
}

// pathText is a path as text; the document itself has none.
func pathText(path *field.Path) string {
	if path == nil {
		return ""
	}
	return path.String()
}
