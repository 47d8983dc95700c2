package pause

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Look is what can be seen of a pod from a process of it, or from one that looks into it.
type Look struct {
	Processes []Process
	// Sockets are those that others can reach; established connections are left out.
	Sockets []Socket
	Objects []Object
	Links   []Link
}

// Link is a network interface. Of a veth the peer is in another network
// namespace, where it has this number; of most others it is the interface itself.
type Link struct {
	Name        string
	Index, Peer int
}

// section is a part of what `pause look` prints.
type section struct {
	title string
	lines []string
}

// ParseLook reads what `pause look` prints: the machine's architecture, and then parts under lines
// "# TITLE". A process is followed by its stat, and may be by its
// status, its call, its shared memory and its files.
func ParseLook(r io.Reader) (Look, error) {
	parts, err := sections(r)
	if err != nil {
		return Look{}, fmt.Errorf("read what is seen of the pod: %w", err)
	}
	var l Look
	machine := strings.Join(parts[0].lines, "")
	queues := len(parts)
	for i, part := range parts {
		switch {
		case i > queues:
			l.Objects = append(l.Objects, parseQueue(part.title, part.text()))
		case part.title == "queues":
			queues = i
		default:
			if err := l.take(part, parts[i+1:], machine); err != nil {
				return Look{}, err
			}
		}
	}
	if queues == len(parts) {
		return Look{}, fmt.Errorf("read what is seen of the pod: it ends too early")
	}
	return l, nil
}

// ParseLinks reads what `pause links` prints.
func ParseLinks(r io.Reader) ([]Link, error) {
	parts, err := sections(r)
	if err != nil {
		return nil, fmt.Errorf("read network interfaces: %w", err)
	}
	var l Look
	for i, part := range parts {
		if strings.HasPrefix(part.title, "link ") {
			if err := l.take(part, parts[i+1:], ""); err != nil {
				return nil, err
			}
		}
	}
	return l.Links, nil
}

// sections are the parts. The first has no title.
func sections(r io.Reader) ([]section, error) {
	parts := []section{{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // a status lists the groups of a user
	for lines.Scan() {
		if title, ok := strings.CutPrefix(lines.Text(), "# "); ok {
			parts = append(parts, section{title: strings.TrimSpace(title)})
			continue
		}
		last := &parts[len(parts)-1]
		last.lines = append(last.lines, lines.Text())
	}
	return parts, lines.Err()
}

func (s section) text() string { return strings.Join(s.lines, "\n") }

// take takes in a part, and of a process what follows it.
func (l *Look) take(part section, rest []section, machine string) error {
	switch folder, table, _ := strings.Cut(part.title, "/"); {
	case part.title == "process":
		if len(rest) == 0 || rest[0].text() == "" {
			return nil // it has gone
		}
		row := part.text() + rest[0].text()
		p, err := parseProcess(row)
		if err != nil {
			return fmt.Errorf("read process from %q: %w", row, err)
		}
		if len(rest) > 4 && rest[1].title == "status" {
			p.More = parseMore(rest[1], rest[2], rest[4], machine)
			p.More.Attached = parseMaps(rest[3].lines)
		}
		l.Processes = append(l.Processes, p)
	case folder == "memory":
		for _, name := range part.lines {
			l.Objects = append(l.Objects, Object{Kind: Memory, Name: name})
		}
	case strings.HasPrefix(part.title, "link ") && len(rest) > 1:
		index, _ := strconv.Atoi(rest[0].text()) // the kernel's own numbers
		peer, _ := strconv.Atoi(rest[1].text())
		l.Links = append(l.Links, Link{Name: strings.TrimPrefix(part.title, "link "), Index: index, Peer: peer})
	case folder == "net":
		for _, row := range part.lines {
			s, ok, err := parseSocket(table, row)
			if err != nil {
				return err
			}
			if ok {
				l.Sockets = append(l.Sockets, s)
			}
		}
	case folder == "sysvipc" && len(part.lines) > 1:
		for _, row := range part.lines[1:] {
			l.Objects = append(l.Objects, parseObject(Kind(table), part.lines[0], row))
		}
	}
	return nil
}

// parseMore reads the status of a process, the call that it is in, and its command line with its files:
// two lines for each, its number and where it leads.
func parseMore(status, syscall, files section, machine string) *More {
	m := &More{Queues: map[int]string{}}
	for _, line := range status.lines {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			for _, field := range strings.Fields(numbers) {
				n, _ := strconv.Atoi(field) // the kernel's own number
				m.PIDs = append(m.PIDs, n)
			}
		}
	}
	if len(files.lines) > 0 {
		m.CommandLine = strings.TrimSpace(files.lines[0])
		for pair := range slices.Chunk(files.lines[1:], 2) {
			m.file(pair)
		}
	}
	m.Wait = parseWait(syscall.text(), machine, m.Queues)
	return m
}

// file takes in an open file: "socket:[INODE]", or the name of a queue.
func (m *More) file(pair []string) {
	if len(pair) < 2 {
		return
	}
	number, err := strconv.Atoi(pair[0])
	inode, socket := strings.CutPrefix(pair[1], "socket:[")
	switch {
	case err != nil:
	case socket:
		if n, err := strconv.ParseUint(strings.TrimSuffix(inode, "]"), 10, 64); err == nil {
			m.Sockets = append(m.Sockets, n)
		}
	default:
		m.Queues[number] = strings.TrimPrefix(pair[1], "/")
	}
}
