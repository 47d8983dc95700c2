package pause

import (
	"fmt"
	"strconv"
	"strings"
)

// Namespaces are the kinds that `pause look` reads, in the order in which it prints them.
func Namespaces() []string {
	return []string{"net", "ipc", "pid", "uts", "mnt", "user", "cgroup"}
}

// Process is a process as who looks sees it.
type Process struct {
	PID, Parent int
	State       string            // one letter: Z is one that has ended and that its parent has not waited for
	Command     string            // as in /proc/PID/comm: at most 15 bytes
	Namespaces  map[string]uint64 // inode by kind; a kind that may not be read is absent
	More        *More             // of a process of the pod
}

// More is what is told of the processes that are in the network of who looks, and of those that have ended.
type More struct {
	// PIDs are its numbers, from the PID namespace of who looks down to its own.
	PIDs        []int
	CommandLine string         // its first 256 bytes
	Sockets     []uint64       // inodes
	Queues      map[int]string // POSIX message queues, by file descriptor
	Attached    []Handle       // shared memory
	Wait        *Wait          // of its first thread, on an IPC object
}

// Handle names an IPC object.
type Handle struct {
	Kind Kind
	ID   int    // of a System V object
	Name string // of a POSIX one
}

// Wait is what a process waits for.
type Wait struct {
	Handle
	Verb string // receive, send, or take a semaphore
}

// parseProcess reads the targets of /proc/PID/ns/* (or "-") in the order of [Namespaces], and then
// /proc/PID/stat.
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
	p.State = fields[0]
	var err error
	if p.PID, err = strconv.Atoi(stat[:first]); err != nil {
		return fmt.Errorf("process number: %w", err)
	}
	if p.Parent, err = strconv.Atoi(fields[1]); err != nil {
		return fmt.Errorf("parent: %w", err)
	}
	return nil
}
