package podspec

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// explain says in plain words, and at the right place, why a chunk is not YAML. The library gives neither a column
// nor always the right line, so the place is searched for: it ends the shortest beginning of the text with the same fault.
func (c chunk) explain(err error) (line, col int, text string) {
	_, fault := cutLine(err.Error())
	line, col = c.lines+1, 1
	if bytes.HasPrefix(bytes.TrimSpace(c.data), []byte("<")) {
		return line, col, "not YAML: this looks like a web page"
	}
	offset := c.faultAt(fault)
	if odd := c.oddSpaceNear(offset); odd >= 0 {
		line, col = lineColumn(c.data, odd)
		return line + c.lines, col, oddSpaceText(c.data[odd:])
	}
	if missing, words := c.missingSpace(fault, offset); words != "" {
		line, col = lineColumn(c.data, missing)
		return line + c.lines, col, words
	}
	if offset >= 0 {
		line, col = lineColumn(c.data, offset)
		line += c.lines
	}
	return line, col, c.plain(fault, max(offset, 0))
}

var libraryLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// cutLine takes the library's error apart.
func cutLine(message string) (line int, fault string) {
	m := libraryLine.FindStringSubmatch(message)
	if m == nil {
		return 0, message
	}
	line, _ = strconv.Atoi(m[1])
	return line, message[len(m[0]):]
}

// faultAt finds the byte where a fault is.
func (c chunk) faultAt(fault string) int {
	switch {
	case strings.HasPrefix(fault, "unknown anchor"):
		return bytes.Index(c.data, []byte("*"+quotedPart(fault)))
	case fault == "found unexpected end of stream":
		return c.openedAt("\"'", 0)
	case strings.HasPrefix(fault, "did not find expected ','"):
		return c.openedAt("[{", 1)
	}
	start, end := c.faultLine(fault)
	text := c.data[start:end]
	indent := len(text) - len(bytes.TrimLeft(text, " \t"))
	if tab := bytes.IndexByte(text[:indent], '\t'); tab >= 0 {
		return start + tab
	}
	switch fault {
	case "mapping values are not allowed in this context", "found unknown escape character", "found character that cannot start any token":
		n := c.shortest(end-start, func(n int) int { return start + n }, fault)
		at := start + n - 1
		for at > start && !utf8.RuneStart(c.data[at]) {
			at--
		}
		return at
	}
	return start + indent
}

// openedAt is where the quote or bracket stands that is never closed: the library gives the line it was opened in,
// and counts from 0 (off is 1) or from 1.
func (c chunk) openedAt(openers string, off int) int {
	_, err := chunk{data: append([]byte("#\n"), c.data...)}.yaml() // so that no mark is on line 0, which the library takes for none
	if err == nil {
		return -1
	}
	line, _ := cutLine(err.Error())
	start, end := lineBounds(c.data, max(line-2+off, 0))
	if at := bytes.IndexAny(c.data[start:end], openers); at >= 0 {
		return start + at
	}
	return start
}

// faultLine is the first line with which the text has the fault.
func (c chunk) faultLine(fault string) (start, end int) {
	lines := bytes.Count(c.data, []byte("\n")) + 1
	n := c.shortest(lines, func(n int) int { _, end := lineBounds(c.data, n-1); return end }, fault)
	return lineBounds(c.data, n-1)
}

// shortest is the least n up to limit with which the text, cut where cut says, has this fault.
func (c chunk) shortest(limit int, cut func(n int) int, fault string) int {
	n := sort.Search(limit, func(i int) bool { return faultOf(c.data[:cut(i+1)]) == fault })
	return min(n+1, limit)
}

// faultOf reads a text for its fault; "" when it has none.
func faultOf(data []byte) string {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := decoder.Decode(&n); err != nil {
			if errors.Is(err, io.EOF) {
				return ""
			}
			_, fault := cutLine(err.Error())
			return fault
		}
	}
}

// lineBounds is where line n (from 0) starts and ends, its newline included.
func lineBounds(data []byte, n int) (start, end int) {
	for ; n > 0; n-- {
		next := bytes.IndexByte(data[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	if next := bytes.IndexByte(data[start:], '\n'); next >= 0 {
		return start, start + next + 1
	}
	return start, len(data)
}

// plain says a fault of the library in the words of somebody who writes manifests.
func (c chunk) plain(fault string, offset int) string {
	start, end := lineBounds(c.data, bytes.Count(c.data[:offset], []byte("\n")))
	text := string(c.data[start:end])
	if strings.Contains(text, "{{") {
		return "not YAML: " + looksLikeTemplate
	}
	if isUnexpanded(text) && strings.HasPrefix(fault, "did not find expected ','") {
		return "${NAME} between brackets needs quotes" + unexpandedHint
	}
	at, size := utf8.DecodeRuneInString(text[offset-start:])
	if at == '\\' {
		at, _ = utf8.DecodeRuneInString(text[offset-start+size:])
	}
	switch {
	case at == '\t':
		return "a tab in the indentation: YAML wants spaces"
	case strings.HasPrefix(fault, "unknown anchor"):
		return "the alias *" + quotedPart(fault) + " has no anchor &" + quotedPart(fault) + " before it"
	}
	if words := plainFault(fault); words != "" {
		return strings.ReplaceAll(words, "%c", string(at))
	}
	return "not YAML: " + fault
}

func quotedPart(s string) string {
	_, s, _ = strings.Cut(s, "'")
	s, _, _ = strings.Cut(s, "'")
	return s
}

var (
	noSpaceAfterColon = regexp.MustCompile(`^\s*(?:- +)*[A-Za-z][\w.-]*(:)[^\s:/]`)
	noSpaceAfterDash  = regexp.MustCompile(`^\s*(-)[A-Za-z][\w.-]*:(?:\s|$)`)
)

// missingSpace looks for "key:value" and "-key: value", which only the line after them makes a fault.
func (c chunk) missingSpace(fault string, offset int) (at int, words string) {
	if offset < 0 || fault != "mapping values are not allowed in this context" && fault != "could not find expected ':'" {
		return 0, ""
	}
	n := bytes.Count(c.data[:offset], []byte("\n"))
	for _, line := range []int{n, n - 1} {
		start, end := lineBounds(c.data, line)
		if m := noSpaceAfterColon.FindSubmatchIndex(c.data[start:end]); line >= 0 && m != nil {
			return start + m[2], "a space is missing after the colon"
		}
		if m := noSpaceAfterDash.FindSubmatchIndex(c.data[start:end]); line >= 0 && m != nil {
			return start + m[2], `a space is missing after the "-" of a list item`
		}
	}
	return 0, ""
}
