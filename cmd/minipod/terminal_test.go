package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is a minipod that runs in a terminal.
type screen struct {
	t    *testing.T
	pty  *os.File
	cmd  *exec.Cmd
	seen strings.Builder
	rest string // of seen, what follows the last match
}

func newScreen(t *testing.T, cmd *exec.Cmd, rows, cols uint16) *screen {
	t.Helper()
	cmd.Stdin = nil // the terminal
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: cols})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.SetReadDeadline(time.Now().Add(testTime)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		t.Fatal(err)
	}
	return &screen{t: t, pty: f, cmd: cmd}
}

func (s *screen) types(keys string) {
	s.t.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// shows reads until the screen shows something after what it showed before.
func (s *screen) shows(pattern string) {
	s.t.Helper()
	want := regexp.MustCompile(pattern)
	buf := make([]byte, 4096)
	for {
		if match := want.FindStringIndex(s.rest); match != nil {
			s.rest = s.rest[match[1]:]
			return
		}
		n, err := s.pty.Read(buf)
		s.rest += string(buf[:n])
		s.seen.Write(buf[:n])
		if err != nil && !want.MatchString(s.rest) {
			s.t.Fatalf("no match for %q: %v\n%s", pattern, err, s.seen.String())
		}
	}
}

// ends waits for minipod's end and returns its exit code.
func (s *screen) ends() int {
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode()
}

const shellPod = `
apiVersion: v1
kind: Pod
metadata: {name: shell}
spec:
  containers:
    - {name: shell, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "3600"]}
`

// TestExecInTerminal types into a shell in a container: the terminal is raw,
// its size follows the window, and the shell's exit code is minipod's.
func TestExecInTerminal(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "terminal")
	run := minipod(t, e.address, "run", "-n", ns, "-")
	run.Stdin = strings.NewReader(shellPod)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := newScreen(t, minipod(t, e.address, "exec", "-it", "-n", ns, "shell", "--", "sh"), 33, 101)
	s.shows(`# `)
	s.types("tty; until stty size | grep '33 10[1]'; do sleep 0.1; done\n")
	s.shows(`/dev/pts/\d+\r\n`)
	s.shows(`33 101\r\n`)
	if err := pty.Setsize(s.pty, &pty.Winsize{Rows: 44, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	s.types("until stty size | grep '44 12[0]'; do sleep 0.1; done\n")
	s.shows(`44 120\r\n`)
	s.types("sh -c 'echo on; exec sleep 1000'\n") // what says on has the terminal already
	s.shows(`1000'\r\non\r\n`)
	s.types("\x03") // ends sleep, not minipod
	s.shows(`\^C\r\n/ # `)
	s.types("echo still $((40 + 2))\n")
	s.shows(`still 42\r\n`)
	s.types("exit 9\n")
	s.shows(`command terminated with exit code 9\r?\n`)
	if code := s.ends(); code != 9 {
		t.Errorf("exit code %d", code)
	}
	mustRun(t, e.address, "rm", "-n", ns, "--now", "shell")
}

// TestColour marks errors with colour on a terminal, unless it is told not
// to.
func TestColour(t *testing.T) {
	for _, c := range []struct{ env, want string }{
		{"TERM=xterm", "minipod: \x1b\\[31merror:\x1b\\[0m there is no"},
		{"TERM=dumb", "minipod: error: there is no"},
		{"NO_COLOR=1", "minipod: error: there is no"},
	} {
		cmd := minipod(t, "", "ru")
		cmd.Env = append(cmd.Env, "TERM=xterm", c.env)
		s := newScreen(t, cmd, 24, 80)
		s.shows(c.want)
		if code := s.ends(); code != exitUsage {
			t.Errorf("%s: exit code %d", c.env, code)
		}
	}
}

// TestAttachInTerminal: Ctrl-C stops the pod of run --attach, whose lines have
// prefixes in colours.
func TestAttachInTerminal(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "attach")
	cmd := minipod(t, e.address, "run", "-n", ns, "--attach", "--rm", "-q", "/dev/fd/3")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(strings.Replace(shellPod, `["sleep", "3600"]`, `["sh", "-c", "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.1; done"]`, 1)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	cmd.ExtraFiles = []*os.File{r}
	cmd.Env = append(cmd.Env, "TERM=xterm")
	s := newScreen(t, cmd, 24, 80)
	s.shows(`\x1b\[36m\[pod/shell/shell\]\x1b\[0m hello`)
	s.types("\x03")
	s.shows(`bye`)
	if code := s.ends(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}
