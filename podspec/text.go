package podspec

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const byteOrderMark = "\uFEFF"

// text is a file as UTF-8. kubectl puts U+FFFD in the place of each byte that is none; where that is not in a comment
// it makes another value of what was written, which is reported here.
type text struct {
	data []byte
	bad  []badByte
}

// badByte is a byte that is not UTF-8, and where.
type badByte struct {
	line, col int
	value     byte
}

// text makes UTF-8 of a file, and reports one that is no text a manifest could be.
func (r *reporter) text(data []byte) (text, bool) {
	t := utf8Text(fromUTF16(data))
	t.data = bytes.TrimPrefix(t.data, []byte(byteOrderMark))
	for i, c := range string(t.data) {
		if unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' && c != '\u0085' {
			line, col := lineColumn(t.data, i)
			r.report(line, col, "", "the control character U+%04X cannot be in a manifest: is this a text file?", c)
			return text{}, false
		}
	}
	return t, true
}

// fromUTF16 makes UTF-8 of UTF-16 with a byte order mark.
func fromUTF16(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for rest := data[2:]; len(rest) >= 2; rest = rest[2:] {
		units = append(units, order.Uint16(rest))
	}
	return []byte(string(utf16.Decode(units)))
}

// utf8Text puts U+FFFD in the place of bytes that are not UTF-8, and remembers where the first of them are.
func utf8Text(data []byte) text {
	if utf8.Valid(data) {
		return text{data: data}
	}
	t := text{data: make([]byte, 0, len(data)+len(data)/8)}
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 && len(t.bad) < maxProblems {
			line, col := lineColumn(data, i)
			t.bad = append(t.bad, badByte{line, col, data[i]})
		}
		t.data = utf8.AppendRune(t.data, c)
		i += size
	}
	return t
}

// garbled says that a document has a value with bytes in it that were not UTF-8.
func (t text) garbled(n *yaml.Node) bool {
	return len(t.bad) > 0 && garbledNode(n) != nil
}

// garbledNode is the first node of a document with U+FFFD in its text.
func garbledNode(n *yaml.Node) *yaml.Node {
	if strings.ContainsRune(n.Value, utf8.RuneError) {
		return n
	}
	for _, child := range n.Content {
		if found := garbledNode(child); found != nil {
			return found
		}
	}
	return nil
}

// notUTF8 reports the byte that garbles a document.
func (r *reporter) notUTF8(t text, root *yaml.Node) {
	b, line := t.bad[0], garbledNode(root).Line
	for _, later := range t.bad {
		if later.line >= line {
			b = later
			break
		}
	}
	r.report(b.line, b.col, "", "the byte 0x%02x is not UTF-8: is this a text file?", b.value)
}
