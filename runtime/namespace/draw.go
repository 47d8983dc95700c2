package namespace

import "strings"

// Look is how a pod is drawn.
type Look struct {
	Width int // in characters
	Colours
}

// Colours are what switches a terminal to a colour and back. Empty ones leave
// the text plain.
type Colours struct {
	Shared  string // what the pause owns and others join
	Machine string // what is the machine's own
	Down    string // containers that do not run
	Plain   string // ends a colour
}

func (c Colours) paint(colour, text string) string {
	if colour == "" || text == "" {
		return text
	}
	return colour + text + c.Plain
}

// Fit is what of a line there is room for.
func (l Look) Fit(line string) string { return cut(line, l.Width) }

// Wrap is a text in lines that fit below a margin of so many columns.
func (l Look) Wrap(text string, margin int) []string { return wrap(text, l.Width-margin) }

const (
	label  = 8   // the width of the kinds' column
	digits = 10  // of an inode
	gap    = 2   // between columns, at least
	page   = 100 // longer lines are hard to read
)

// Draw is the pod as a table with a sentence for each kind below it, and what
// is in the pod: processes, sockets, IPC objects, volumes. In the table are the
// containers across, the pause first, and the kinds down. A line leads from
// an inode to those who share the namespace with whom it stands under; a line
// that comes from the left is the machine's. Containers that do not fit the
// width come in further tables, each with the pause.
func (p Pod) Draw(look Look) string {
	var text strings.Builder
	for _, table := range tables(p, look) {
		text.WriteString(table.text() + "\n")
	}
	for _, r := range p.Namespaces {
		text.WriteString(entry(string(r.Kind), r.What+" "+r.Why, look.Width))
	}
	text.WriteString(inside(p, look))
	if len(p.Volumes) > 0 {
		text.WriteString("\nvolumes, and where containers see them\n")
	}
	for _, v := range p.Volumes {
		text.WriteString(entry(v.Name, v.text(), look.Width))
	}
	return text.String()
}

// entry is a name and a text beside it, which goes on under itself.
func entry(name, text string, width int) string {
	name = printable(name)
	lines := wrap(printable(text), min(width, page)-label)
	first := name + " "
	if length(name) < label {
		first = name + strings.Repeat(" ", label-length(name))
	} else {
		lines = append([]string{""}, lines...)
	}
	var entry strings.Builder
	for i, line := range lines {
		margin := strings.Repeat(" ", label)
		if i == 0 {
			margin = first
		}
		entry.WriteString(strings.TrimRight(margin+line, " ") + "\n")
	}
	return entry.String()
}
