package podspec

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

// rawJSON is a node that has been gone into as JSON, for types that read their own.
func (d *decoder) rawJSON(n *yaml.Node, path *field.Path) ([]byte, error) {
	if n.Kind == yaml.ScalarNode {
		return scalarJSON(n)
	}
	value, err := d.rawContent(n, path, 0)
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// rawValue is a node as maps, lists and raw JSON.
func (d *decoder) rawValue(n *yaml.Node, path *field.Path, depth int) (value any, err error) {
	switch {
	case depth > maxDepth:
		return nil, fmt.Errorf("nested more than %d levels deep", maxDepth)
	case d.aliases > 0 && !d.expand(n):
		return nil, fmt.Errorf("the aliases in this document expand to more than %d bytes", maxExpansion)
	}
	ok := d.inside(n, func(n *yaml.Node) { value, err = d.rawContent(n, path, depth) })
	if !ok {
		return nil, errors.New("an alias inside its own anchor")
	}
	return value, err
}

// rawContent is what rawValue makes of a node that is no alias.
func (d *decoder) rawContent(n *yaml.Node, path *field.Path, depth int) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for _, e := range d.entries(n, path) {
			value, err := d.rawValue(e.value, path, depth+1)
			if err != nil {
				return nil, err
			}
			m[e.name] = value
		}
		return m, nil
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			value, err := d.rawValue(item, path, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	text, err := scalarJSON(n)
	return json.RawMessage(text), err
}
