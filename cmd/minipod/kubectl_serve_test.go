package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// served is a process of minipod serve.
type served struct {
	kubeconfig string
	flags      []string
	engine     string // its address
	cmd        *exec.Cmd
	log        lockedBuffer
}

// lockedBuffer is a buffer that a process writes and a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startServe starts minipod serve until the test ends, and waits until it
// answers. An internal error in its log fails the test.
func startServe(t *testing.T, e *testEngine, flags ...string) *served {
	t.Helper()
	s := &served{kubeconfig: filepath.Join(t.TempDir(), "state", "kubeconfig"), engine: e.address}
	s.flags = append(flags, "--write-kubeconfig", s.kubeconfig)
	s.start(t)
	t.Cleanup(func() {
		s.stop(t)
		if strings.Contains(s.log.String(), "level=ERROR") {
			t.Errorf("serve met internal errors:\n%s", &s.log)
		} else if t.Failed() {
			t.Logf("serve's log:\n%s", &s.log)
		}
	})
	return s
}

// start starts the process; it has written the kubeconfig when it says so.
func (s *served) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command("minipod", append([]string{"serve"}, s.flags...)...)
	s.cmd.Env = append(os.Environ(), "DOCKER_HOST="+s.engine)
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(testTime, func() { s.cmd.Process.Kill() })
	defer late.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if want := "export KUBECONFIG=" + s.kubeconfig + "\n"; line != want || err != nil {
		t.Fatalf("serve says %q, %v; want %q\n%s", line, err, want, &s.log)
	}
	go io.Copy(io.Discard, out) // nothing more comes
}

// stop interrupts the process, as Ctrl-C does: the way that serve ends.
func (s *served) stop(t testing.TB) {
	t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	s.signal(t, syscall.SIGINT)
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("interrupted serve ended with %d\n%s", code, &s.log)
	}
}

// signal ends the process by a signal, and waits for its end.
func (s *served) signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Error(err)
	}
	late := time.AfterFunc(testTime, func() {
		t.Errorf("serve went on after %v", signal)
		s.cmd.Process.Kill()
	})
	defer late.Stop()
	_ = s.cmd.Wait() // its exit code is looked at where it matters
}
