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

// printable is a text of a manifest without what would move a terminal's
// cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
