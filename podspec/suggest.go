package podspec

import (
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

// mend reports the fields of a mapping that its type does not have, each with the nearest right word or with where it
// belongs, and moves them there when that place is known and free. It says whether it moved any.
func (d *decoder) mend(n *yaml.Node, t reflect.Type, entries []entry, path *field.Path) bool {
	moved := false
	for _, e := range entries {
		if find(d.fieldsOf(t), e.name) == nil && !d.full() {
			moved = d.mendField(n, t, e, path) || moved
		}
	}
	return moved
}

// mendField goes from what is surely meant to what may be.
func (d *decoder) mendField(n *yaml.Node, t reflect.Type, e entry, path *field.Path) bool {
	here := d.frames[len(d.frames)-1]
	if hint := d.foreignHint(t, e.name); hint != "" {
		d.unknown(e, path, fault{}, " ("+hint+")")
		return false
	}
	for _, right := range []string{foreignName(t, e.name), withoutOddSpaces(e.name)} {
		if find(d.fieldsOf(t), right) != nil {
			return d.rename(n, e, right, path)
		}
	}
	if oddSpace(e.name) >= 0 {
		d.unknown(e, path, fault{}, oddSpaceHint(e.name))
		return false
	}
	if near := d.nearField(t, e, 1); near != "" {
		return d.rename(n, e, near, path)
	}
	if home := d.below(here, e, 2); home != nil {
		return d.move(n, e, home, path)
	}
	if near := d.longField(t, e); near != "" {
		return d.rename(n, e, near, path)
	}
	if home := d.around(e); home != nil {
		return d.move(n, e, home, path)
	}
	if near := d.nearField(t, e, max(2, len(e.name)/3)); near != "" {
		return d.rename(n, e, near, path)
	}
	if home := d.only(d.frames[0], e, maxHomeDepth); home != nil {
		return d.move(n, e, home, path)
	}
	d.unknown(e, path, fault{}, "")
	return false
}

// lost is what a field at the top of the document usually means.
func lost(path *field.Path) string {
	if path == nil {
		return ": indentation lost?"
	}
	return ""
}

func (d *decoder) unknown(e entry, path *field.Path, covers fault, hint string) {
	d.wrong(e.key, child(path, e.name), "unknown field %q%s", e.name, hint)
	d.bad = append(d.bad, covers)
}

// rename gives a misspelt field its right name, unless that is there already.
func (d *decoder) rename(n *yaml.Node, e entry, near string, path *field.Path) bool {
	right := child(path, near)
	d.unknown(e, path, fault{path: right.String()}, ` (did you mean "`+near+`"?)`)
	if _, there := entryOf(n, near, 0); there != nil {
		return false
	}
	d.add(n, e, near)
	return true
}

// add writes a field into a mapping under another name, where it stood.
func (d *decoder) add(n *yaml.Node, e entry, name string) {
	key := *e.key
	key.Value = name
	n.Content = append(n.Content, &key, e.value)
	d.bad = d.bad[:len(d.bad)-1] // what is wrong in it will be looked at
}

// move reports a field that belongs elsewhere, and puts it there if that is a mapping just below: spec for containers.
func (d *decoder) move(n *yaml.Node, e entry, home *field.Path, path *field.Path) bool {
	d.unknown(e, path, fault{pattern: withoutIndexes(home.String())}, ` (it belongs in "`+home.String()+`"`+lost(path)+`)`)
	below, ok := strings.CutPrefix(home.String(), strings.TrimPrefix(pathText(path)+".", "."))
	parts := splitPath(below)
	if !ok || len(parts) != 2 || strings.Contains(below, "[") {
		return false
	}
	key, parent := entryOf(n, parts[0], 0)
	made := parent == nil || isNull(parent)
	switch {
	case made:
		parent = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: e.key.Line, Column: e.key.Column}
		if key == nil {
			key = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: parts[0], Line: e.key.Line, Column: e.key.Column}
		}
		n.Content = append(n.Content, key, parent)
	case parent.Kind != yaml.MappingNode:
		return false
	}
	if _, there := entryOf(parent, parts[1], 0); there != nil {
		return false
	}
	covers := d.bad[len(d.bad)-1]
	d.add(parent, e, parts[1])
	if made && path != nil {
		d.bad = append(d.bad, covers) // what is missing beside it is missing because of it
	}
	return true
}

// nearField is the field of a struct that differs from a name by case only or by few letters.
func (d *decoder) nearField(t reflect.Type, e entry, distance int) string {
	best, least := "", distance+1
	for _, f := range d.fieldsOf(t) {
		switch n := edits(strings.ToLower(e.name), strings.ToLower(f.name), least); {
		case n < least && n < len(e.name)-1 && d.fits(e.value, f.typ):
			best, least = f.name, n
		}
	}
	return best
}

// nearWord is the first of the words that differ least from a name, whatever their case, in fewer letters than below; "" when none does.
func nearWord(name string, words []string, below int) string {
	best := ""
	for _, word := range words {
		if n := edits(strings.ToLower(name), strings.ToLower(word), below); n < below {
			best, below = word, n
		}
	}
	return best
}

// longField is the field of which a name is the beginning or the end: restart is restartPolicy, path is mountPath.
func (d *decoder) longField(t reflect.Type, e entry) string {
	name := strings.ToLower(e.name)
	for _, f := range d.fieldsOf(t) {
		word := strings.ToLower(f.name)
		long := strings.HasPrefix(word, name) || strings.HasSuffix(word, name) && len(name) > 3
		if long && len(name) >= 3 && len(word) >= 3 && d.fits(e.value, f.typ) {
			return f.name
		}
	}
	return ""
}

// fits says that a value could be of a type, by its shape alone.
func (d *decoder) fits(n *yaml.Node, t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch resolved(n).Kind {
	case yaml.MappingNode:
		return t.Kind() == reflect.Struct || t.Kind() == reflect.Map || t.Kind() == reflect.Slice
	case yaml.SequenceNode:
		return t.Kind() == reflect.Slice
	}
	return true
}

// edits is how many letters must be put in, left out, changed or swapped with their neighbour to make one word of
// another; limit when it is that or more.
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			changed := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				changed++
			}
			rows[i][j] = min(changed, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return min(rows[len(a)][len(b)], limit)
}
