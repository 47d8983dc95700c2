package tell

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean is a text as one line that a terminal takes for nothing but text: what
// is not printed (escape sequences, line ends, what turns the direction of
// writing) is shown as Go writes it, \x1b. Names in labels, manifests, files
// and answers of the engine may hold anything.
func Clean(text string) string {
	if !unclean(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// CleanLines is a text of which a terminal takes nothing for more than text but
// the ends of lines and tabs.
func CleanLines(text string) string {
	var b strings.Builder
	for {
		at := strings.IndexAny(text, "\n\t")
		if at < 0 {
			b.WriteString(Clean(text))
			return b.String()
		}
		b.WriteString(Clean(text[:at]) + text[at:at+1])
		text = text[at+1:]
	}
}

// CleanJSON is a JSON text that means the same, of which a terminal takes
// nothing for more than text either.
func CleanJSON(text string) string {
	if !UncleanLines(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// UncleanLines reports whether a text of several lines has in it what is not
// printed.
func UncleanLines(text string) bool { return unclean(strings.ReplaceAll(text, "\n", "")) }

func unclean(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Result prints one line of what a command was asked for.
func Result(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, Clean(fmt.Sprintf(format, args...)))
}
