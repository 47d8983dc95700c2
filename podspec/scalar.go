package podspec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// scalarJSON is what kubectl makes of a scalar, as JSON: it reads YAML 1.1, where yes is true and 0644 is 420.
func scalarJSON(n *yaml.Node) ([]byte, error) {
	tagged := n.Style&yaml.TaggedStyle != 0 && strings.HasPrefix(n.Tag, "!!") && n.Tag != "!!str"
	plain := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) == 0
	switch {
	case plain && n.Value == "":
		return []byte("null"), nil
	case plain && mayBeOther(n.Value):
		return readJSON(n.Value)
	case tagged:
		text, err := json.Marshal(n.Value)
		if err != nil {
			return nil, err
		}
		return readJSON(n.Tag + " " + string(text))
	}
	return json.Marshal(n.Value)
}

// mayBeOther says that a plain scalar could be something else than a string: it saves most scalars a second reading.
func mayBeOther(s string) bool {
	if strings.ContainsAny(s, " \n\t#:,[]{}&*!|>'\"%@`") {
		return false
	}
	switch s[0] {
	case 'y', 'Y', 'n', 'N', 't', 'T', 'f', 'F', 'o', 'O':
		return len(s) <= len("false")
	case '+', '-', '.', '~', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return true
	}
	return false
}

// readJSON reads one scalar by the library that kubectl uses.
func readJSON(text string) ([]byte, error) {
	list, err := sigsyaml.YAMLToJSON([]byte("- " + text))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", text, err)
	}
	list = bytes.TrimSpace(list)
	return list[1 : len(list)-1], nil
}

// isNull says that nothing is written: an empty value, ~ or null.
func isNull(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	switch {
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!null": // a value that is none under this tag cannot be read
		return false
	case n.Style != 0 && n.Style&yaml.TaggedStyle == 0:
		return false
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// keyText is a mapping key as kubectl reads it: 8080 and true are words here.
func keyText(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		hint := ""
		if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 {
			hint = renderHint
		}
		return "", fmt.Errorf("a key must be a word, got %s%s", describe(n), hint)
	}
	text, err := scalarJSON(n)
	if err != nil {
		return "", err
	}
	switch {
	case string(text) == "null":
		return "", fmt.Errorf("a key must be a word, got nothing: put it in quotes")
	case text[0] == '"':
		return n.Value, nil
	}
	return string(text), nil
}

// describe says what a node is, the way it was written.
func describe(n *yaml.Node) string {
	n = resolved(n)
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	text, err := scalarJSON(n)
	switch {
	case err != nil:
		return fmt.Sprintf("%s under the tag %s", strconv.Quote(shorten(n.Value)), n.Tag)
	case text[0] == '"':
		return "the string " + strconv.Quote(shorten(n.Value))
	case string(text) == "null":
		return "nothing"
	case text[0] == 't' || text[0] == 'f':
		if n.Value != string(text) {
			return fmt.Sprintf("the boolean %s (%s)", n.Value, text)
		}
		return "the boolean " + n.Value
	}
	return "the number " + n.Value
}

// shorten keeps a message on a line.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
