package podspec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// textError is a text that cannot be read, and where.
type textError struct {
	line, col int
	text      string
	comment   bool // it is a comment, which YAML might read as something else
}

// looksLikeJSON tells JSON from YAML that starts with a brace: {"a": ...} from {a: ...}.
func looksLikeJSON(data []byte) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(data), []byte("{")))
	return len(data) > 0 && (data[0] == '"' || data[0] == '}' || isJSComment(data))
}

// jsonReader makes of JSON the same nodes that YAML becomes, with exact positions. (YAML readers refuse some JSON:
// "\/", surrogate pairs, several values in a row.)
type jsonReader struct {
	chunk
	decoder *json.Decoder
	at      int64 // where at was counted up to
	line    int
	start   int64 // of the line
}

// json reads all JSON values of a chunk.
func (c chunk) json() ([]*yaml.Node, *textError) {
	r := &jsonReader{chunk: c, decoder: json.NewDecoder(bytes.NewReader(c.data)), line: c.lines + 1}
	r.decoder.UseNumber()
	var roots []*yaml.Node
	for {
		n, err := r.value(0)
		if errors.Is(err, io.EOF) && len(roots) > 0 {
			return roots, nil
		}
		if err != nil {
			return nil, r.explain(err)
		}
		roots = append(roots, n)
	}
}

// value reads one value.
func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	n := r.node()
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if depth > 10*maxDepth {
			return nil, errors.New("nested too deeply")
		}
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		if token == '[' {
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		}
		return n, r.members(n, depth)
	case string:
		n.Value, n.Tag, n.Style = token, "!!str", yaml.DoubleQuotedStyle
	case nil:
		n.Value, n.Tag = "null", "!!null"
	case bool:
		n.Value, n.Tag = fmt.Sprint(token), "!!bool"
	case json.Number:
		n.Value, n.Tag = token.String(), "!!float"
	}
	return n, nil
}

// members reads what is in an object or array: keys are values too.
func (r *jsonReader) members(n *yaml.Node, depth int) error {
	for r.decoder.More() {
		child, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, child)
	}
	_, err := r.decoder.Token()
	return err
}

// node is a scalar at the place of the next token.
func (r *jsonReader) node() *yaml.Node {
	line, col := r.position(r.next())
	return &yaml.Node{Kind: yaml.ScalarNode, Line: line, Column: col}
}

// next is where the next token begins.
func (r *jsonReader) next() int64 {
	offset := r.decoder.InputOffset()
	for offset < int64(len(r.data)) && strings.IndexByte(" \t\r\n,:", r.data[offset]) >= 0 {
		offset++
	}
	return offset
}

// position counts on from the last position asked for.
func (r *jsonReader) position(offset int64) (line, col int) {
	for ; r.at < offset; r.at++ {
		if r.data[r.at] == '\n' {
			r.line++
			r.start = r.at + 1
		}
	}
	_, col = lineColumn(r.data[r.start:offset], int(offset-r.start))
	return r.line, col
}

// explain is encoding/json's complaint at its position.
func (r *jsonReader) explain(err error) *textError {
	offset := r.decoder.InputOffset()
	var syntax *json.SyntaxError
	text := err.Error()
	switch {
	case errors.As(err, &syntax):
		if syntax.Offset != offset { // between tokens it is before the character, inside them behind it
			offset = max(syntax.Offset-1, 0)
		}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		offset, text = int64(len(r.data)), "the file ends in the middle of an object"
	}
	if next := r.next(); isJSComment(r.data[next:]) {
		line, col := lineColumn(r.data, int(next))
		return &textError{line + r.lines, col, noJSComments, true}
	}
	line, col := lineColumn(r.data, int(min(offset, int64(len(r.data)))))
	if start, end := lineBounds(r.data, line-1); bytes.Contains(r.data[start:end], []byte("{{")) {
		text = looksLikeTemplate
	}
	return &textError{line + r.lines, col, "not JSON: " + text, false}
}

const noJSComments = `JSON has no comments: take it out, or write YAML, where a comment begins with "#"`

func isJSComment(text []byte) bool {
	return bytes.HasPrefix(text, []byte("//")) || bytes.HasPrefix(text, []byte("/*"))
}
