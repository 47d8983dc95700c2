package podspec

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// maxSize is the largest document read, in bytes. The API server refuses objects above 3 MiB.
	maxSize = 4 << 20
	// maxDepth is how deep mappings and lists may be nested; a Pod needs about 15.
	maxDepth = 100
)

// chunk is a part of a file that starts at a document marker: one document, or several where the markers are unusual.
type chunk struct {
	data  []byte
	lines int // lines of the file before it
}

// documents visits all documents of a file, and says how many there are. A document that cannot be read is reported;
// those after it are still read.
func (r *reporter) documents(data []byte, visit func(*yaml.Node)) (found int) {
	text, ok := r.text(data)
	if !ok {
		return 0
	}
	for _, c := range split(text.data) {
		if c.blank() || r.full() {
			continue
		}
		for _, root := range r.chunk(c) {
			found++
			if text.garbled(root) {
				r.notUTF8(text, root)
				continue
			}
			visit(root)
		}
	}
	return found
}

// lineColumn is the position of a byte, counted from 1, the column in characters.
func lineColumn(data []byte, offset int) (line, col int) {
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// split cuts a file before every line that is a document marker. Directives stay with the document they are for.
func split(data []byte) []chunk {
	var chunks []chunk
	start, startLine, line := 0, 0, 0
	for at := 0; at < len(data); line++ {
		if at > start && isMarker(data[at:]) && !onlyDirectives(data[start:at]) {
			chunks = append(chunks, chunk{data[start:at], startLine})
			start, startLine = at, line
		}
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
	}
	return append(chunks, chunk{data[start:], startLine})
}

// isMarker takes every line for a marker that begins like one, as kubectl does: it cuts a file before it reads YAML.
func isMarker(line []byte) bool { return bytes.HasPrefix(line, []byte("---")) }

// onlyDirectives says that a text has directives (%YAML) and nothing else but comments.
func onlyDirectives(data []byte) bool {
	found := false
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 || line[0] == '#':
		case line[0] == '%':
			found = true
		default:
			return false
		}
	}
	return found
}

// blank says that there is nothing but comments and a document marker.
func (c chunk) blank() bool {
	for line := range bytes.Lines(c.data) {
		if isMarker(line) {
			line = line[3:]
		}
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// chunk reads the documents of a chunk: JSON when it is JSON, else YAML.
func (r *reporter) chunk(c chunk) []*yaml.Node {
	body, ok := r.body(c)
	switch {
	case !ok:
		return nil
	case len(body.data) > maxSize:
		r.report(body.lines+1, 1, "", "this document has %d bytes: more than the %d it may have", len(body.data), maxSize)
		return nil
	case isJSComment(bytes.TrimSpace(body.data)):
		line, col := lineColumn(body.data, bytes.IndexByte(body.data, '/'))
		r.report(body.lines+line, col, "", "%s", noJSComments)
		return nil
	case !bytes.HasPrefix(bytes.TrimSpace(body.data), []byte("{")):
		return r.yaml(body)
	}
	roots, badJSON := body.json()
	if badJSON == nil {
		return roots
	}
	if roots, err := body.yaml(); err == nil && !badJSON.comment {
		return roots
	}
	if looksLikeJSON(body.data) {
		r.report(badJSON.line, badJSON.col, "", "%s", badJSON.text)
		return nil
	}
	return r.yaml(body)
}

// body is the chunk without the line of its document marker and without a byte order mark. Like kubectl it takes
// nothing but a comment beside a marker.
func (r *reporter) body(c chunk) (body chunk, ok bool) {
	if isMarker(c.data) {
		marker, rest, _ := bytes.Cut(c.data, []byte("\n"))
		beside := bytes.TrimSpace(marker[len("---"):])
		if len(beside) > 0 && beside[0] != '#' {
			_, col := lineColumn(marker, len("---")+bytes.Index(marker[len("---"):], beside))
			r.report(c.lines+1, col, "", `a line that begins with "---" begins a document, and nothing but a comment can follow on it: write the document below (or is an indentation lost?)`)
			return chunk{}, false
		}
		c = chunk{rest, c.lines + 1}
	}
	c.data = bytes.TrimPrefix(c.data, []byte(byteOrderMark))
	return c, true
}

func (r *reporter) yaml(c chunk) []*yaml.Node {
	roots, err := c.yaml()
	if err != nil {
		line, col, text := c.explain(err)
		r.report(line, col, "", "%s", text)
	}
	return roots
}

// yaml reads the documents of a chunk up to the first that is not YAML.
func (c chunk) yaml() ([]*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(c.data))
	var roots []*yaml.Node
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return roots, err
		}
		if len(document.Content) > 0 {
			shift(document.Content[0], c.lines)
			roots = append(roots, document.Content[0])
		}
	}
}

// shift moves a document to its lines in the file.
func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, child := range n.Content {
		shift(child, lines)
	}
}
