package pause

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Namespaces are the kinds that `pause ns` reads, in the order in which it prints them.
func Namespaces() []string {
	return []string{"net", "ipc", "pid", "uts", "mnt", "user", "cgroup"}
}

// Process is a process as the pod sees it.
type Process struct {
	PID, Parent int
	Command     string            // as in /proc/PID/comm: at most 15 bytes
	Namespaces  map[string]uint64 // inode by kind; a kind that may not be read is absent
}

// ParseProcesses reads what `pause ns` prints: per process the targets of /proc/PID/ns/* (or "-") in the
// order of [Namespaces], and then its /proc/PID/stat.
func ParseProcesses(r io.Reader) ([]Process, error) {
	var processes []Process
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		p, err := parseProcess(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("read process from %q: %w", lines.Text(), err)
		}
		processes = append(processes, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read processes: %w", err)
	}
	return processes, nil
}

func parseProcess(line string) (Process, error) {
	p := Process{Namespaces: map[string]uint64{}}
	for _, kind := range Namespaces() {
		link, rest, _ := strings.Cut(line, " ")
		line = rest
		if link == "-" {
			continue
		}
		number := strings.TrimSuffix(strings.TrimPrefix(link, kind+":["), "]")
		inode, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return p, fmt.Errorf("namespace %s: %w", kind, err)
		}
		p.Namespaces[kind] = inode
	}
	return p, p.parseStat(line)
}

// parseStat reads "PID (COMMAND) STATE PARENT ...". A command may hold spaces and parentheses: it ends
// at the last one.
func (p *Process) parseStat(stat string) error {
	first, last := strings.Index(stat, " ("), strings.LastIndex(stat, ") ")
	if first < 0 || last < first {
		return fmt.Errorf("no command in parentheses")
	}
	p.Command = stat[first+2 : last]
	fields := strings.Fields(stat[last+2:])
	if len(fields) < 2 {
		return fmt.Errorf("no parent")
	}
	var err error
	if p.PID, err = strconv.Atoi(stat[:first]); err != nil {
		return fmt.Errorf("process number: %w", err)
	}
	if p.Parent, err = strconv.Atoi(fields[1]); err != nil {
		return fmt.Errorf("parent: %w", err)
	}
	return nil
}
