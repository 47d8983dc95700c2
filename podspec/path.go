package podspec

import (
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// splitPath takes a field path apart: spec.containers[0].image is spec, containers, 0, image, and a key in brackets
// keeps its dots: data[nginx.conf] is data, nginx.conf.
func splitPath(path string) []string {
	var segments []string
	for path != "" {
		if path[0] == '.' {
			path = path[1:]
			continue
		}
		var segment string
		segment, path = cutSegment(path)
		segments = append(segments, segment)
	}
	return segments
}

// cutSegment takes the first segment off. A bracket ends at the first "]" after which the path ends or goes on.
func cutSegment(path string) (segment, rest string) {
	if path[0] != '[' {
		if end := strings.IndexAny(path, ".["); end >= 0 {
			return path[:end], path[end:]
		}
		return path, ""
	}
	for end := 1; end < len(path); end++ {
		if path[end] == ']' && (end+1 == len(path) || path[end+1] == '.' || path[end+1] == '[') {
			return path[1:end], path[end+1:]
		}
	}
	return path[1:], ""
}

// place is how far a path could be followed in a document: the last node found, its key if it is in a mapping, and
// what of the path was not written.
type place struct {
	key, node *yaml.Node
	rest      []string
}

// locate follows a path through what is written, anchors and merge keys included.
func locate(root *yaml.Node, path []string) place {
	at := place{node: root, rest: path}
	for len(at.rest) > 0 {
		key, node := childOf(at.node, at.rest[0])
		if node == nil {
			return at
		}
		at = place{key: key, node: node, rest: at.rest[1:]}
	}
	return at
}

// childOf finds one step of a path. Where a list was meant and one item written, the item is its number 0.
func childOf(n *yaml.Node, segment string) (key, value *yaml.Node) {
	n = resolved(n)
	switch n.Kind {
	case yaml.MappingNode:
		if key, value = entryOf(n, segment, 0); value == nil && segment == "0" {
			return nil, n
		}
		return key, value
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(n.Content) {
			return nil, n.Content[i]
		}
	}
	return nil, nil
}

// entryOf finds a key of a mapping. Where a merge key brings the same key in, the later of the two counts, as in
// kubectl's YAML; of the mappings in one merge key the first counts.
func entryOf(n *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	if n.Kind != yaml.MappingNode || depth > maxDepth {
		return nil, nil
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if !isMerge(n.Content[i]) {
			if n.Content[i].Value == name {
				return n.Content[i], n.Content[i+1]
			}
			continue
		}
		for _, from := range mergeSources(n.Content[i+1]) {
			if key, value = entryOf(resolved(from), name, depth+1); value != nil {
				return key, value
			}
		}
	}
	return nil, nil
}

// position is where a reader should look: at a scalar's value, at the key of anything larger or absent.
func (p place) position() (line, col int) {
	n := p.node
	if p.key != nil && (len(p.rest) > 0 || resolved(n).Kind != yaml.ScalarNode || n.Tag == "!!null") {
		n = p.key
	}
	return n.Line, n.Column
}

// hint goes on from a place by what the problem says is wrong: Kubernetes' validation names a whole map where one
// key or value is meant, and a list where it lost the index: before is how many items it has said the same of.
func (p place) hint(e *field.Error, before int) place {
	text, n := badText(e), resolved(p.node)
	switch {
	case n.Kind == yaml.MappingNode && len(p.rest) == 0 && text != "":
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == text || n.Content[i+1].Value == text {
				return place{node: n.Content[i]}
			}
		}
	case n.Kind == yaml.SequenceNode && len(p.rest) == 1:
		for _, item := range n.Content {
			key, value := childOf(item, p.rest[0])
			if value == nil || !isMeant(e, item, resolved(value).Value) {
				continue
			}
			if before == 0 {
				return place{key: key, node: value}
			}
			before--
		}
	}
	return p
}

// badText is the value that is refused, where it is a text.
func badText(e *field.Error) string {
	if v := reflect.ValueOf(e.BadValue); v.Kind() == reflect.String {
		return v.String()
	}
	return ""
}

// isMeant says that an item with this value is one that Kubernetes refuses without its index. Of a mount that is forbidden
// it tells no value, only when it would not be.
func isMeant(e *field.Error, item *yaml.Node, value string) bool {
	beside := func(name string) string {
		if _, node := childOf(item, name); node != nil {
			return resolved(node).Value
		}
		return ""
	}
	switch {
	case e.Type != field.ErrorTypeForbidden:
		return value != "" && value == badText(e)
	case strings.HasPrefix(e.Detail, "Bidirectional"):
		return value == "Bidirectional"
	case strings.HasSuffix(e.Detail, "readOnly is true"):
		return value != "Disabled" && !strings.EqualFold(beside("readOnly"), "true")
	case strings.Contains(e.Detail, "mountPropagation is None"):
		return value != "Disabled" && beside("mountPropagation") != "" && beside("mountPropagation") != "None"
	}
	return true
}

// resolved is what an alias stands for. Aliases of aliases do not exist in YAML.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" }

// mergeSources is what a merge key takes in: one mapping or a list of them.
func mergeSources(value *yaml.Node) []*yaml.Node {
	if n := resolved(value); n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{value}
}
