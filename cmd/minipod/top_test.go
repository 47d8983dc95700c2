package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// runTen makes a pod of a pause and nine containers, which is removed after the
// test.
func runTen(t *testing.T, e *testEngine) (ns string) {
	t.Helper()
	ns = e.namespace(t, "top")
	manifest := "apiVersion: v1\nkind: Pod\nmetadata: {name: ten}\nspec:\n  containers:\n"
	for i := range 9 {
		manifest += fmt.Sprintf("  - {name: c%d, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, \"3600\"]}\n", i)
	}
	run := minipod(t, e.address, "run", "-n", ns, "-")
	run.Stdin = strings.NewReader(manifest)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { mustRun(t, e.address, "rm", "-n", ns, "--now", "ten") })
	return ns
}

// TestTopInTerminal looks on while a pod runs: the table is drawn again and
// again on a screen of its own and as large as it is, until q, Ctrl-C or a signal.
func TestTopInTerminal(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := runTen(t, e)
	for _, c := range []struct {
		name string
		end  func(*screen)
		code int
	}{
		{"q", func(s *screen) { s.types("xq") }, 0},
		{"Ctrl-C", func(s *screen) { s.types("\x03") }, 130},
		{"SIGTERM", func(s *screen) { s.cmd.Process.Signal(syscall.SIGTERM) }, 143},
	} {
		s := newScreen(t, minipod(t, e.address, "top", "-n", ns), 6, 30)
		s.shows(`\x1b\[\?1049h\x1b\[\?25l\x1b\[H\x1b\[KPOD +CONTAINER +CPU\(cores\) …\r\n\x1b\[Kten +POD`)
		s.shows(`c2 [^\n]+\r\n\x1b\[J6 more rows`)
		if err := pty.Setsize(s.pty, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
			t.Fatal(err)
		}
		s.shows(`\x1b\[H\x1b\[KPOD +CONTAINER +CPU\(cores\) +MEMORY +LIMIT +RECEIVED +SENT\r\n`)
		s.shows(`\x1b\[Jten +c8 [^\n]+-`)
		c.end(s)
		s.shows(`\x1b\[\?25h\x1b\[\?1049l`)
		if code := s.ends(); code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.name, code, c.code)
		}
	}
}

// TestTopAsksAtOnce: an engine takes up to a second for a sample, of one
// container as of many.
func TestTopAsksAtOnce(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := runTen(t, e)
	p := newProxy(t, e)
	var asked atomic.Int32
	all := make(chan struct{})
	p.asked = func(r *http.Request) {
		if asked.Add(1) == 10 {
			close(all)
		}
		select {
		case <-all:
		case <-r.Context().Done():
		}
	}
	if out, err := minipod(t, p.address, "top", "-n", ns).CombinedOutput(); err != nil {
		t.Errorf("%v, %d containers were asked for before one was answered: %s", err, asked.Load(), out)
	}
}

func TestCutTo(t *testing.T) {
	table := []string{"heading", "a", "b", "c"}
	for height, want := range map[int]string{
		1: "heading", 2: "heading, 3 more rows", 3: "heading, a, 2 more rows", 4: "heading, a, b, c", 9: "heading, a, b, c",
	} {
		if got := strings.Join(cutTo(slices.Clone(table), height), ", "); got != want {
			t.Errorf("%d lines: %s, want %s", height, got, want)
		}
	}
}
