package podspec

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

// entry is one key of a mapping.
type entry struct {
	name       string
	key, value *yaml.Node
}

// entries lists a mapping's keys once each, those of merged mappings in their place, and reports keys that are no
// words, keys written twice and merges of what is no mapping.
func (d *decoder) entries(n *yaml.Node, path *field.Path) []entry {
	entries, bad := d.flatten(n, 0)
	for _, b := range bad {
		d.wrong(b.key, path, "%s", b.name)
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name, err := keyText(key)
		if err != nil || isMerge(key) {
			continue
		}
		if first := seen[name]; first != nil {
			d.wrong(key, child(path, name), "duplicate key %q: it is already at %d:%d%s", name, first.Line, first.Column, gluedHint(path, name))
			continue
		}
		seen[name] = key
	}
	return entries
}

// gluedHint is for what begins an object, within another one.
func gluedHint(path *field.Path, name string) string {
	if path != nil || name != "apiVersion" {
		return ""
	}
	return `: is a line "---" missing before the next object?`
}

// child is the path of a key; of the document itself too.
func child(path *field.Path, name string) *field.Path {
	if path == nil {
		return field.NewPath(name)
	}
	return path.Child(name)
}

// flatten lists a mapping's keys with merge keys followed, the last of equal keys, as kubectl's YAML has it. What
// cannot be a key or a merge comes back apart, with what is wrong for its name.
func (d *decoder) flatten(n *yaml.Node, depth int) (entries, bad []entry) {
	at := map[string]int{}
	add := func(e entry) {
		if i, ok := at[e.name]; ok {
			entries[i] = e
			return
		}
		at[e.name] = len(entries)
		entries = append(entries, e)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			merged, wrong := d.merge(key, value, depth)
			bad = append(bad, wrong...)
			for _, e := range merged {
				add(e)
			}
			continue
		}
		name, err := keyText(key)
		if err != nil {
			bad = append(bad, entry{name: err.Error(), key: key})
			continue
		}
		add(entry{name, key, value})
	}
	return entries, bad
}

// merge lists what a merge key brings in; of several mappings the first counts, so it comes last.
func (d *decoder) merge(key, value *yaml.Node, depth int) (entries, bad []entry) {
	sources := mergeSources(value)
	for i := len(sources) - 1; i >= 0; i-- {
		source := resolved(sources[i])
		d.expansion += nodeCost * (1 + len(source.Content))
		switch {
		case source.Kind != yaml.MappingNode:
			return nil, []entry{{name: "<< takes a mapping or a list of mappings, got " + describe(source), key: key}}
		case depth > maxMerges || d.expansion > maxExpansion:
			return nil, []entry{{name: "<< brings in too much", key: key}}
		}
		more, wrong := d.flatten(source, depth+1)
		entries, bad = append(entries, more...), append(bad, wrong...)
	}
	return entries, bad
}
