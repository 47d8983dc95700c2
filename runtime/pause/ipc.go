package pause

import (
	"slices"
	"strconv"
	"strings"
)

// Kind is a kind of IPC object.
type Kind string

// The kinds.
const (
	SharedMemory Kind = "shm"    // of System V
	Memory       Kind = "memory" // POSIX shared memory, a file of /dev/shm
	Semaphores   Kind = "sem"
	Messages     Kind = "msg"    // a System V queue
	Queue        Kind = "mqueue" // a POSIX queue
)

// Object is an IPC object. The processes are numbered as who looks sees them; 0 is one that is not known,
// or is no more of this PID namespace.
type Object struct {
	Kind     Kind
	ID       int    // of a System V object
	Key      int    // its key; 0 is private
	Name     string // of a POSIX object, without the slash
	Size     int    // bytes of memory, semaphores of a set, messages in a System V queue, bytes in a POSIX one
	UID      int    // of its maker; of a POSIX queue it is not told
	Attached int    // how often shared memory is
	Maker    int    // the process that made shared memory
	Last     int    // the process that attached or detached it, or that received a message, last
	Sender   int    // the process that sent a message last
}

// sizes are the columns of sizes in /proc/sysvipc (ipc/shm.c, sem.c, msg.c).
func sizes() map[Kind]string {
	return map[Kind]string{SharedMemory: "size", Semaphores: "nsems", Messages: "qnum"}
}

// parseObject reads a row of a table of /proc/sysvipc under its heading.
func parseObject(kind Kind, heading, row string) Object {
	cells := map[string]int{}
	values := strings.Fields(row)
	for i, title := range strings.Fields(heading) {
		if i < len(values) {
			cells[title], _ = strconv.Atoi(values[i]) // sizes beyond an int are none that matter
		}
	}
	o := Object{Kind: kind, ID: cells[string(kind)+"id"], Key: cells["key"], Size: cells[sizes()[kind]], UID: cells["cuid"]}
	o.Attached, o.Maker, o.Last = cells["nattch"], cells["cpid"], cells["lpid"]
	if kind == Messages {
		o.ID, o.Last, o.Sender = cells["msqid"], cells["lrpid"], cells["lspid"]
	}
	return o
}

// parseMaps finds the shared memory in rows of /proc/PID/maps. That of System V has its ID for an inode.
func parseMaps(rows []string) []Handle {
	var found []Handle
	for _, row := range rows {
		fields := strings.Fields(row)
		if len(fields) < 6 {
			continue
		}
		h := Handle{Kind: SharedMemory}
		h.ID, _ = strconv.Atoi(fields[4]) // the kernel's own number
		if _, name, posix := strings.Cut(row, " /dev/shm/"); posix {
			h = Handle{Kind: Memory, Name: name}
		} else if !strings.HasPrefix(fields[5], "/SYSV") {
			continue
		}
		if !slices.Contains(found, h) {
			found = append(found, h)
		}
	}
	return found
}

// parseQueue reads the file of a POSIX queue: "QSIZE:0 NOTIFY:0 SIGNO:0 NOTIFY_PID:0" (ipc/mqueue.c).
func parseQueue(name, text string) Object {
	o := Object{Kind: Queue, Name: name}
	for _, field := range strings.Fields(text) {
		if size, ok := strings.CutPrefix(field, "QSIZE:"); ok {
			o.Size, _ = strconv.Atoi(size)
		}
	}
	return o
}

// call is a call of the kernel that waits at an IPC object, which its first argument names.
type call struct {
	kind Kind
	verb string
}

// calls are those calls by their numbers on a machine.
func calls(machine string) map[int]call {
	receive, send, take := call{Messages, "receive"}, call{Messages, "send"}, call{Semaphores, "take"}
	posixReceive, posixSend := call{Queue, "receive"}, call{Queue, "send"}
	switch machine {
	case "amd64":
		return map[int]call{65: take, 69: send, 70: receive, 220: take, 242: posixSend, 243: posixReceive}
	case "arm64":
		return map[int]call{182: posixSend, 183: posixReceive, 188: receive, 189: send, 192: take, 193: take}
	}
	return nil
}

// parseWait reads /proc/PID/syscall: the number of the call that the process is in, and its arguments.
func parseWait(text, machine string, queues map[int]string) *Wait {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return nil // it runs
	}
	number, err := strconv.Atoi(fields[0])
	c, waits := calls(machine)[number]
	first, wrong := strconv.ParseInt(strings.TrimPrefix(fields[1], "0x"), 16, 64)
	if err != nil || wrong != nil || !waits {
		return nil
	}
	if c.kind != Queue {
		return &Wait{Handle{Kind: c.kind, ID: int(first)}, c.verb}
	}
	name, ok := queues[int(first)]
	if !ok {
		return nil
	}
	return &Wait{Handle{Kind: Queue, Name: name}, c.verb}
}
