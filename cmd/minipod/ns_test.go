package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/namespace"
)

const fivePod = `
apiVersion: v1
kind: Pod
metadata: {name: five}
spec:
  shareProcessNamespace: %t
  containers:
    - {name: alpha, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
    - {name: beta, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
    - {name: gamma, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
    - {name: delta-force, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
    - {name: e, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
`

// runFive makes a pod of five containers, which is removed after the test.
func runFive(t *testing.T, e *testEngine, shared bool) (ns string) {
	t.Helper()
	ns = e.namespace(t, "ns")
	run := minipod(t, e.address, "run", "-n", ns, "-")
	run.Stdin = strings.NewReader(fmt.Sprintf(fivePod, shared))
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { mustRun(t, e.address, "rm", "-n", ns, "--now", "five") })
	return ns
}

// TestNsTellsTheTruth compares what ns says of every container with what the
// kernel says of its main process. It takes root on the engine's machine.
func TestNsTellsTheTruth(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	for _, shared := range []bool{true, false} {
		ns := runFive(t, e, shared)
		out, err := minipod(t, e.address, "ns", "-n", ns, "five", "-o", "json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var pod namespace.Pod
		if err := json.Unmarshal(out, &pod); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if len(pod.Containers) != 6 {
			t.Fatalf("%d containers, want the pause and five", len(pod.Containers))
		}
		for _, c := range pod.Containers {
			found, err := e.ContainerInspect(t.Context(), c.DockerName)
			if err != nil {
				t.Fatal(err)
			}
			want := map[namespace.Kind]uint64{}
			for _, k := range namespace.Kinds() {
				want[k] = inode(t, found.State.Pid, k)
			}
			if diff := cmp.Diff(want, c.Inodes); diff != "" || c.PID != found.State.Pid {
				t.Errorf("shared %t, %s, process %d (-kernel +ns):\n%s", shared, c.Name, found.State.Pid, diff)
			}
		}
	}
}

func inode(t *testing.T, pid int, k namespace.Kind) uint64 {
	t.Helper()
	link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, k))
	if err != nil {
		t.Fatal(err)
	}
	var n uint64
	if _, err := fmt.Sscanf(link, string(k)+":[%d]", &n); err != nil {
		t.Fatalf("%s: %v", link, err)
	}
	return n
}

// TestNsInTerminal draws in colour and as wide as the terminal is, unless it
// is told not to colour.
func TestNsInTerminal(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := runFive(t, e, true)
	for _, c := range []struct {
		env      string
		cols     int
		coloured bool
		tables   int
	}{
		{"TERM=xterm", 80, true, 1},
		{"TERM=xterm", 50, true, 3},
		{"TERM=xterm", 132, true, 1},
		{"NO_COLOR=1", 80, false, 1},
		{"TERM=dumb", 80, false, 1},
	} {
		cmd := minipod(t, e.address, "ns", "-n", ns, "five")
		cmd.Env = append(cmd.Env, "TERM=xterm", c.env)
		s := newScreen(t, cmd, 24, uint16(c.cols))
		text := s.all()
		if code := s.ends(); code != 0 {
			t.Fatalf("%s: exit code %d: %s", c.env, code, text)
		}
		if coloured := strings.Contains(text, "net     \x1b[36m40"); coloured != c.coloured || !coloured && strings.Contains(text, "\x1b") {
			t.Errorf("%s, %d columns: colour %t: %q", c.env, c.cols, coloured, text)
		}
		for _, escape := range []string{"\x1b[36m", "\x1b[33m", "\x1b[0m"} {
			text = strings.ReplaceAll(text, escape, "")
		}
		if tables := strings.Count(text, "        pause  "); tables != c.tables {
			t.Errorf("%s, %d columns: %d tables, want %d:\n%s", c.env, c.cols, tables, c.tables, text)
		}
		for line := range strings.Lines(text) {
			if width := utf8.RuneCountInString(strings.TrimRight(line, "\r\n")); width > c.cols {
				t.Errorf("%d columns on a terminal of %d: %q", width, c.cols, line)
			}
		}
	}
}

// TestNsWithoutHelper asks the engine's ps where the engine makes no container
// that could look, and says that it could not.
func TestNsWithoutHelper(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := runFive(t, e, false)
	all, err := minipod(t, e.address, "ns", "-n", ns, "five").Output()
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := strings.Cut(string(all), "\nprocesses\n")
	p := newProxy(t, e)
	p.change(func() { p.noCreate = true })
	out, err := minipod(t, p.address, "ns", "-n", ns, "five").Output()
	got, why, _ := strings.Cut(string(out), "\ninside  ")
	if diff := cmp.Diff(want, got); err != nil || diff != "" || !strings.HasPrefix(why, "Processes, sockets and IPC objects could not be read: create helper") {
		t.Fatalf("%v, %q (-helper +ps):\n%s", err, why, diff)
	}
	p.change(func() { p.poorPs = true })
	said, err := minipod(t, p.address, "ns", "-n", ns, "five").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "the engine's ps does not tell namespaces") {
		t.Errorf("without both: %v: %s", err, said)
	}
}

// TestNsIsInterrupted leaves no helper behind, at whatever moment it is
// interrupted. It is alone: helpers do not tell which test they are of.
func TestNsIsInterrupted(t *testing.T) {
	e := newTestEngine(t)
	ns := runFive(t, e, false)
	p := newProxy(t, e)
	var changes []string
	p.change(func() { p.after = func(change string) { changes = append(changes, change) } })
	if said, err := minipod(t, p.address, "ns", "-n", ns, "five").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	p.change(func() { p.after = nil })
	if len(changes) < 3 || changes[0] != "POST containers/create" {
		t.Fatalf("it changes %q, want a container to be made and started", changes)
	}
	for n := range 3 { // create, attach, start
		cmd := minipod(t, p.address, "ns", "-n", ns, "five")
		seen := 0
		p.change(func() {
			p.after = func(string) {
				if seen++; seen == n+1 {
					cmd.Process.Signal(os.Interrupt)
				}
			}
		})
		said, err := cmd.CombinedOutput()
		p.change(func() { p.after = nil })
		// A container that was started may have ended before the signal came.
		if code := cmd.ProcessState.ExitCode(); code != exitSignal+int(syscall.SIGINT) && (n < 2 || code != 0) {
			t.Errorf("interrupted at %s: %v: %s", changes[n], err, said)
		}
		if left := helpers(t, e); len(left) > 0 {
			t.Errorf("interrupted at %s: containers are left: %v", changes[n], left)
		}
	}
}

// change sets what the proxy does.
func (p *proxy) change(set func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	set()
}

func helpers(t *testing.T, e *testEngine) []container.Summary {
	t.Helper()
	list, err := e.ContainerList(t.Context(), container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", "dev.minipod.helper"))})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestHostileNs writes what would move the cursor by its number.
func TestHostileNs(t *testing.T) {
	var out bytes.Buffer
	if err := printNamespaces(&out, namespace.Pod{Name: hostile}); err != nil {
		t.Fatal(err)
	}
	var pod namespace.Pod
	if err := json.Unmarshal(out.Bytes(), &pod); err != nil || tell.UncleanLines(out.String()) {
		t.Fatalf("%v: %q", err, out.String())
	}
	if pod.Name != hostile {
		t.Errorf("%q, want %q", pod.Name, hostile)
	}
}

// all is what the screen shows to minipod's end. The kernel answers the last
// read of a terminal that nobody has open any more with an error.
func (s *screen) all() string {
	text, _ := io.ReadAll(s.pty)
	return string(text)
}
