package namespace

import (
	"slices"
	"strings"
)

// table is a part of the containers.
type table struct {
	containers []Container
	rows       []Row
	column     int // the width of one, with the gap
	Colours
}

// tables are the containers in as many tables as the width asks for, each with
// the pause, and with the machine where that is shown.
func tables(p Pod, look Look) []table {
	first := []Container{p.Containers[0]}
	if p.Machine != nil {
		first = []Container{p.Machine.column(), p.Containers[0]}
	}
	return chunks(first, p.Containers[1:], p.Namespaces, look)
}

// chunks are tables of containers, each of which begins with the first ones.
func chunks(first, others []Container, rows []Row, look Look) []table {
	fit := max(1, (look.Width-label+gap)/(digits+gap)-len(first))
	all := append(slices.Clone(first), others...)
	column := columnWidth(all, min(fit, len(others))+len(first), look.Width)
	var list []table
	for part := range slices.Chunk(others, fit) {
		list = append(list, table{append(slices.Clone(first), part...), rows, column, look.Colours})
	}
	return list
}

// columnWidth is room for the longest name, where there is that much.
func columnWidth(containers []Container, columns, width int) int {
	longest := digits
	for _, c := range containers {
		longest = max(longest, length(c.title()))
	}
	room := (width - label + gap) / columns
	return max(digits+gap, min(longest+gap, room))
}

func (t table) text() string {
	lines := append(t.pods(), t.heading(Container.title)...)
	if slices.ContainsFunc(t.containers, Container.down) {
		lines = append(lines, t.heading(Container.word)...)
	}
	for _, r := range t.rows {
		lines = append(lines, t.row(r)...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// heading puts a word over each column, on as many lines as the longest needs.
func (t table) heading(word func(Container) string) []string {
	words := make([][]string, len(t.containers))
	height := 0
	for i, c := range t.containers {
		words[i] = fold(word(c), t.column-gap)
		height = max(height, len(words[i]))
	}
	lines := make([]string, height)
	for n := range lines {
		l := &line{}
		for i, c := range t.containers {
			if n < len(words[i]) {
				l.pad(t.at(i))
				l.put(t.paint(t.health(c), words[i][n]), length(words[i][n]))
			}
		}
		lines[n] = l.text.String()
	}
	return lines
}

// pods names each pod over its first container, where there are several.
func (t table) pods() []string {
	l, before := &line{}, ""
	for i, c := range t.containers {
		if c.pod == before {
			continue
		}
		before = c.pod
		l.pad(t.at(i))
		room := t.column - gap
		for next := i + 1; next < len(t.containers) && t.containers[next].pod == c.pod; next++ {
			room += t.column
		}
		name := cut(printable(c.pod), room)
		l.put(name, length(name))
	}
	if before == "" {
		return nil
	}
	return []string{l.text.String()}
}

func (t table) health(c Container) string {
	if c.down() {
		return t.Down
	}
	return ""
}

// at is where a column begins.
func (t table) at(i int) int { return label + i*t.column }

// hidden stands for the inode of a container that is shown on another line.
const hidden = ^uint64(0)

// row draws one kind. The machine's namespace has a second line where some of the
// containers are in it and others are not: it comes from the left there too.
func (t table) row(r Row) []string {
	var all, own, machines []uint64
	mixed := [2]bool{}
	for _, c := range t.containers {
		inode := c.Inodes[r.Kind]
		all = append(all, inode)
		if inode == r.machine {
			own, machines = append(own, hidden), append(machines, inode)
			mixed[0] = mixed[0] || c.Role != roleMachine && inode != 0
		} else {
			own, machines = append(own, inode), append(machines, hidden)
			mixed[1] = mixed[1] || inode != 0
		}
	}
	if mixed != [2]bool{true, true} {
		return []string{t.line(r, string(r.Kind), all)}
	}
	from := "└"
	if t.hasMachine() {
		from = ""
	}
	return []string{t.line(r, string(r.Kind), own), t.line(r, from, machines)}
}

// hasMachine reports whether the machine stands beside the containers.
func (t table) hasMachine() bool { return t.containers[0].Role == roleMachine }

// line draws what is not hidden. What a container shares with the one before it is
// joined to that by a line; the line goes through under those between them that do
// not run, and comes from the left where it is the machine's.
func (t table) line(r Row, name string, inodes []uint64) string {
	l := &line{}
	l.put(name, length(name))
	var before uint64
	if !t.hasMachine() {
		before = r.machine
	}
	for i, inode := range inodes {
		switch inode {
		case 0, hidden:
			continue
		case before:
			t.join(l, r, i)
		default:
			t.leave(l, inodes[:i])
			digits := number(inode)
			l.put(t.paint(t.tint(r, inode), digits), len(digits))
		}
		before = inode
	}
	t.leave(l, inodes)
	return strings.TrimRight(l.text.String(), " ")
}

// join leads the line to a column. The first shows the inode all the same.
func (t table) join(l *line, r Row, column int) {
	inode := t.containers[column].Inodes[r.Kind]
	end := "●"
	if l.width < label {
		end = number(inode)
	}
	run := strings.Repeat("─", t.at(column)-l.width) + end
	l.put(t.paint(t.tint(r, inode), run), length(run))
}

// leave goes on without a line, past some columns. A dash stands under the
// containers on the way that do not run.
func (t table) leave(l *line, past []uint64) {
	for i, inode := range past {
		if inode == 0 && t.at(i) >= l.width {
			l.pad(t.at(i))
			l.put("-", 1)
		}
	}
	l.pad(t.at(len(past)))
}

// tint is the colour of a namespace: those of one container alone have none.
func (t table) tint(r Row, inode uint64) string {
	if inode == r.machine {
		return t.Machine
	}
	for _, g := range r.Groups {
		if g.Inode == inode && len(g.Containers) > 1 {
			return t.Shared
		}
	}
	return ""
}

// line is a line of text with escapes in it that take no room.
type line struct {
	text  strings.Builder
	width int
}

func (l *line) put(text string, width int) {
	l.text.WriteString(text)
	l.width += width
}

// pad goes on to a column.
func (l *line) pad(to int) {
	for l.width < to {
		l.put(" ", 1)
	}
}
