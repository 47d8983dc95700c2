package namespace

import (
	"strconv"
	"strings"
	"unicode"
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
		case len(line)+1+len(word) > width:
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
	for len(name) > width {
		at := strings.LastIndexByte(name[:width], '-') + 1
		if at == 0 {
			at = width
		}
		pieces, name = append(pieces, name[:at]), name[at:]
	}
	return append(pieces, name)
}

// printable is a text of a manifest as a terminal takes it for nothing but
// text: what would move the cursor is shown as Go writes it, \x1b.
func printable(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return text
	}
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
