package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptTime bounds a script, which takes a minute or less on a machine with
// much else to do: one that hangs is not to cost all the time that the tests have.
const scriptTime = 4 * time.Minute

// limitScript ends a script that hangs: its processes are killed, for as long
// as it goes on to start more.
func limitScript(env *testscript.Env) {
	env.Defer(limitProcesses(env.T().(testing.TB), env.WorkDir, scriptTime))
}

// limitProcesses fails a test after some time, and then ends the processes
// whose WORK is a folder until it is stopped. What is written in Go first says
// where it hangs.
func limitProcesses(t interface{ Errorf(string, ...any) }, work string, after time.Duration) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-done:
			return
		case <-time.After(after):
		}
		t.Errorf("the script is not done after %s; its processes are ended:\n%s", after, strings.Join(signalAll(work, syscall.SIGQUIT), "\n"))
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Second):
				signalAll(work, syscall.SIGKILL)
			}
		}
	}()
	return func() { close(done); <-stopped }
}

// signalAll sends a signal to the processes whose WORK is a folder, and names them.
func signalAll(work string, signal syscall.Signal) []string {
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	var reached []string
	for _, name := range environments {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		environment, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(append([]byte{0}, environment...), []byte("\x00WORK="+work+"\x00")) {
			continue // also one that has ended meanwhile
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if syscall.Kill(pid, signal) == nil {
			reached = append(reached, strings.TrimSpace(string(bytes.ReplaceAll(command, []byte{0}, []byte{' '}))))
		}
	}
	return reached
}

// complaint keeps what a test would be failed with.
type complaint struct{ text chan string }

func (c complaint) Errorf(format string, args ...any) {
	c.text <- fmt.Sprintf(format, args...)
}

// A script that hangs fails, and ends; what others do goes on.
func TestAScriptThatHangsIsEnded(t *testing.T) {
	start := func(work string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "sleep", "1000")
		cmd.Env = append(os.Environ(), "WORK="+work)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	hung, other := start(t.TempDir()), start(t.TempDir())
	work := strings.TrimPrefix(hung.Env[len(hung.Env)-1], "WORK=")
	told := complaint{make(chan string, 1)}
	stop := limitProcesses(told, work, 10*time.Millisecond)
	if err := hung.Wait(); err == nil || !strings.HasPrefix(err.Error(), "signal: quit") {
		t.Errorf("the process of the script ends with %v, want the signal", err)
	}
	if text := <-told.text; !strings.Contains(text, "is not done") || !strings.HasSuffix(text, "sleep 1000") {
		t.Errorf("the test is failed with %q, want what it did", text)
	}
	stop()
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the process of another script: %v", err)
	}
	_ = other.Process.Kill()
	_ = other.Wait() // it was killed
	quick := limitProcesses(told, work, time.Hour)
	quick()
	if len(told.text) > 0 {
		t.Errorf("a script that was done is failed with %q", <-told.text)
	}
}
