package namespace

import (
	"fmt"
	"slices"
	"strings"
)

// inside draws what is in a pod: processes, sockets and IPC objects.
func inside(p Pod, look Look) string {
	if p.Unseen != "" {
		return "\n" + entry("inside", "Processes, sockets and IPC objects could not be read: "+p.Unseen, look.Width)
	}
	return "\n" + processes(p, look) + "\n" + listening(p, look) + "\n" + ipcObjects(p, look)
}

// hostColumn is the width of a process's number on the machine, with the gap.
const hostColumn = 9

// processes draws the tree.
func processes(p Pod, look Look) string {
	width := min(nameWidth(p), max(look.Width-label-hostColumn-12, length("CONTAINER")+gap))
	at := label + hostColumn + width
	var text strings.Builder
	text.WriteString("processes\n")
	text.WriteString(cells(cell{"PID", label}, cell{"ON HOST", hostColumn}, cell{"CONTAINER", width}) + "COMMAND\n")
	for _, m := range p.Processes {
		pid := "-"
		if m.PID != 0 {
			pid = fmt.Sprint(m.PID)
		}
		command := branch(m.Depth) + printable(m.Command)
		if m.Zombie {
			command += " zombie: nobody waits for it"
		}
		command = cut(command, look.Width-at)
		if m.Zombie {
			command = look.paint(look.Down, command)
		}
		text.WriteString(cells(cell{pid, label}, cell{fmt.Sprint(m.HostPID), hostColumn}, cell{cut(m.title(), width-gap), width}) + command + "\n")
	}
	return text.String()
}

func branch(depth int) string {
	if depth == 0 {
		return ""
	}
	return strings.Repeat("   ", depth-1) + "└─ "
}

// nameWidth is room for the longest name of a container, where that is not too
// long.
func nameWidth(p Pod) int {
	longest := length("CONTAINER")
	for _, m := range p.Processes {
		longest = max(longest, length(m.title()))
	}
	return min(longest, 20) + gap
}

// listening draws the sockets that wait for others.
func listening(p Pod, look Look) string {
	if len(p.Sockets) == 0 {
		return none("listening sockets", p.row(Net), look)
	}
	var text strings.Builder
	text.WriteString("listening sockets" + ofMachine(p.row(Net)) + "\n")
	width := 0
	for _, s := range p.Sockets {
		width = max(width, length(s.text)+gap)
	}
	for _, s := range p.Sockets {
		text.WriteString(cut(cells(cell{s.Protocol, label}, cell{s.text, width})+s.holders(p), look.Width) + "\n")
	}
	return text.String()
}

// ofMachine says that only the pod's own are shown.
func ofMachine(r Row) string {
	if r.Owner == OwnerMachine {
		return ", of the machine's those that the pod has"
	}
	return ""
}

// none says that the pod has nothing of a kind; what others have in the
// machine's namespace is not shown.
func none(what string, r Row, look Look) string {
	text := what + ": none"
	if r.Owner == OwnerMachine {
		text += " of the pod's own; the machine's are not listed"
	}
	return strings.Join(wrap(text, min(look.Width, page)), "\n") + "\n"
}

// holders are the processes that have a socket, by container.
func (s Socket) holders(p Pod) string {
	if len(s.Holders) == 0 && s.Address == nameServer {
		return "the engine's name server"
	}
	var names []string
	numbers := map[string][]string{}
	for _, h := range s.Holders {
		at := slices.IndexFunc(p.Processes, func(m Member) bool { return m.HostPID == h.HostPID })
		m := p.Processes[at]
		name := m.title() + " " + program(m.Command)
		if numbers[name] == nil {
			names = append(names, name)
		}
		numbers[name] = append(numbers[name], m.number())
	}
	for i, name := range names {
		names[i] = name + " (" + strings.Join(numbers[name], ", ") + ")"
	}
	if len(names) == 0 {
		return "no process of the pod"
	}
	return strings.Join(names, ", ")
}

// program is the name of a command without its folder and its arguments.
func program(command string) string {
	name, _, _ := strings.Cut(printable(command), " ")
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ":")
}

// ipcObjects draws the IPC objects.
func ipcObjects(p Pod, look Look) string {
	if len(p.Objects) == 0 {
		return none("IPC objects", p.row(IPC), look)
	}
	var text strings.Builder
	text.WriteString("IPC objects" + ofMachine(p.row(IPC)) + "\n")
	for _, o := range p.Objects {
		text.WriteString(entry(o.Kind, o.text(), look.Width))
	}
	return text.String()
}

// row is that of a kind.
func (p Pod) row(k Kind) Row {
	for _, r := range p.Namespaces {
		if r.Kind == k {
			return r
		}
	}
	return Row{}
}

// cell is a text in a column of a width.
type cell struct {
	text  string
	width int
}

// cells are texts side by side.
func cells(all ...cell) string {
	l := &line{}
	to := 0
	for _, c := range all {
		l.put(c.text, length(c.text))
		to += c.width
		l.pad(to)
	}
	return l.text.String()
}
