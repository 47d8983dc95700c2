package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// width is how many columns a line has. A word that is wider stands alone.
const width = 80

// table is rows of two columns as comments.
func table(rows [][2]string) string {
	first := 0
	for _, row := range rows {
		first = max(first, utf8.RuneCountInString(row[0]))
	}
	var text strings.Builder
	for _, row := range rows {
		lead := fmt.Sprintf("#   %-*s  ", first, row[0])
		text.WriteString(lines(lead, fmt.Sprintf("#   %*s  ", first, ""), comment(row[1])))
	}
	return text.String()
}

// lines are the words of a text in lines, the first of which begins with lead
// and the others with indent.
func lines(lead, indent, text string) string {
	var b strings.Builder
	b.WriteString(lead)
	column, empty := utf8.RuneCountInString(lead), true
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case empty:
		case column+1+n > width:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column, empty = column+n, false
	}
	return b.String() + "\n"
}

// dockerLines is one docker command: a line a flag, and the image with its
// arguments in as few lines as they fit into.
func (w words) dockerLines(command string, flags []flag, image string, args []string) string {
	var b strings.Builder
	b.WriteString(command)
	for _, f := range flags {
		b.WriteString(" \\\n  " + w.flag(f))
	}
	const room = width - len(` \`)
	operand := w.operand(image)
	b.WriteString(" \\\n  " + operand)
	column := 2 + utf8.RuneCountInString(operand)
	for _, arg := range args {
		word := w.quote(arg)
		head, _, broken := strings.Cut(word, "\n")
		if column+1+utf8.RuneCountInString(head) > room {
			b.WriteString(" \\\n    ")
			column = 4
		} else {
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += utf8.RuneCountInString(word)
		if broken {
			column = utf8.RuneCountInString(word[strings.LastIndex(word, "\n")+1:])
		}
	}
	return b.String()
}
