package namespace

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrap breaks a text into lines at its spaces. A word that is longer than a
// line has one of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case length(line)+1+length(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// fold breaks a name into pieces that fit, after a dash where there is one.
func fold(name string, width int) []string {
	var pieces []string
	rest := []rune(name)
	for len(rest) > width {
		at := width
		if dash := strings.LastIndexByte(string(rest[:width]), '-'); dash >= 0 {
			at = length(string(rest[:width])[:dash]) + 1
		}
		pieces, rest = append(pieces, string(rest[:at])), rest[at:]
	}
	return append(pieces, string(rest))
}

// printable is a text of a manifest as a terminal takes it for nothing but
// text: what would move the cursor is shown as Go writes it, \x1b.
func printable(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
