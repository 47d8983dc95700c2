package podspec

import (
	"bytes"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// maxSize is the largest file read, in bytes. The API server refuses objects above 3 MiB.
	maxSize = 4 << 20
	// maxDepth is how deep mappings and lists may be nested; a Pod needs about 15.
	maxDepth = 100
)

// chunk is a part of a file that starts at a document marker: one document, or several where the markers are unusual.
type chunk struct {
	data  []byte
	lines int // lines of the file before it
}

// documents reads all documents of a file. A document that cannot be read is reported; those after it are still read.
func (r *reporter) documents(data []byte) []*yaml.Node {
	if !r.readable(data) {
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var roots []*yaml.Node
	for _, c := range split(data) {
		if !c.blank() {
			roots = append(roots, r.chunk(c)...)
		}
	}
	return roots
}

// readable reports a file that is no text a manifest could be.
func (r *reporter) readable(data []byte) bool {
	switch {
	case len(data) > maxSize:
		r.report(0, 0, "", "the file has %d bytes: more than the %d a manifest may have", len(data), maxSize)
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		r.report(1, 1, "", "the file is UTF-16: save it as UTF-8")
	default:
		return r.plainText(data)
	}
	return false
}

// plainText reports the first byte that is not UTF-8 or a character that YAML does not allow.
func (r *reporter) plainText(data []byte) bool {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			line, col := lineColumn(data, i)
			r.report(line, col, "", "the byte 0x%02x is not UTF-8: is this a text file?", data[i])
			return false
		}
		if unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' && c != '\u0085' {
			line, col := lineColumn(data, i)
			r.report(line, col, "", "the control character U+%04X cannot be in a manifest: is this a text file?", c)
			return false
		}
		i += size
	}
	return true
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

func isMarker(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) && (len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0)
}

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
	body := c.body()
	if !bytes.HasPrefix(bytes.TrimSpace(body.data), []byte("{")) {
		return r.yaml(c)
	}
	roots, badJSON := body.json()
	if badJSON == nil {
		return roots
	}
	if roots, err := c.yaml(); err == nil {
		return roots
	}
	if looksLikeJSON(body.data) {
		r.report(badJSON.line, badJSON.col, "", "%s", badJSON.text)
		return nil
	}
	return r.yaml(c)
}

// body is the chunk without the line of its document marker.
func (c chunk) body() chunk {
	if !isMarker(c.data) {
		return c
	}
	marker, rest, _ := bytes.Cut(c.data, []byte("\n"))
	if len(bytes.TrimSpace(marker)) > 3 {
		return c
	}
	return chunk{rest, c.lines + 1}
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
