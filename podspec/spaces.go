package podspec

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isOddSpace tells of a character that looks like a space, or like nothing, and is a letter to YAML. It comes from web
// pages and word processors.
func isOddSpace(r rune) bool {
	return r != ' ' && unicode.Is(unicode.Zs, r) || r == '\u200B' || r == '\uFEFF'
}

// oddSpace is where the first such character is, or -1.
func oddSpace(text string) int { return strings.IndexFunc(text, isOddSpace) }

// withoutOddSpaces is a key as it was probably meant.
func withoutOddSpaces(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if isOddSpace(r) {
			return ' '
		}
		return r
	}, text))
}

// oddSpaceText says what the character at the beginning of a text is.
func oddSpaceText(text []byte) string {
	r, _ := utf8.DecodeRune(text)
	return fmt.Sprintf("the character U+%04X looks like a space and is none to YAML: write a plain space", r)
}

// oddSpaceHint is the same behind what a text is not; "" where it has no such character.
func oddSpaceHint(text string) string {
	at := oddSpace(text)
	if at < 0 {
		return ""
	}
	return ": " + oddSpaceText([]byte(text[at:]))
}

// oddSpaceNear looks for such a character in the line of a fault and the line before it.
func (c chunk) oddSpaceNear(offset int) int {
	if offset < 0 {
		return -1
	}
	n := bytes.Count(c.data[:offset], []byte("\n"))
	for _, line := range []int{n, n - 1} {
		start, end := lineBounds(c.data, max(line, 0))
		if at := bytes.IndexFunc(c.data[start:end], isOddSpace); at >= 0 {
			return start + at
		}
	}
	return -1
}
