package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary a minipod too: the tests run the real main
// in processes of its own.
func TestMain(m *testing.M) {
	testscript.Main(parent{m}, map[string]func(){
		"minipod":        child,
		"minipod-killed": func() { os.Exit(parent{hanging{}}.Run()) },
	})
}

// parentFile names, in the environment of each minipod of a test, the file
// that the test binary holds locked: the kernel lets go of it when the binary
// ends, killed with -9 too.
const parentFile = "MINIPOD_TEST_PARENT"

// parent runs tests. What they start does not outlive them: a serve that is
// left behind would go on keeping the engine's pods.
type parent struct{ testscript.TestingM }

func (p parent) Run() int {
	dir, err := os.MkdirTemp("", "minipod-test-")
	if err != nil {
		return p.refuse(err)
	}
	defer os.RemoveAll(dir)
	file, err := os.Create(filepath.Join(dir, "alive"))
	if err != nil {
		return p.refuse(err)
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return p.refuse(err)
	}
	if err := errors.Join(os.Setenv(parentFile, file.Name()), os.Setenv(envNoSupervise, "1")); err != nil {
		return p.refuse(err)
	}
	if signal.Ignored(syscall.SIGHUP) { // as under nohup; what is caught here is as usual in the processes of tests
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	return p.TestingM.Run()
}

func (parent) refuse(err error) int {
	fmt.Fprintln(os.Stderr, "prepare the tests:", err)
	return 1
}

// child is the real main, in a process that ends when its parent has. One that was
// put into the engine knows of none.
func child() {
	if name := os.Getenv(parentFile); name != "" {
		go func() {
			awaitEnd(name)
			os.Exit(exitFailed)
		}()
	}
	main()
}

// awaitEnd waits until a file is there no more, or locked no more.
func awaitEnd(name string) {
	file, err := os.Open(name)
	if err != nil {
		return
	}
	for {
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH); err != syscall.EINTR {
			return
		}
	}
}

// hanging stands for tests that are killed: it runs a minipod that reads from
// the stdin of the tests, which does not end.
type hanging struct{}

func (hanging) Run() int {
	cmd := exec.Command("minipod", "validate", "-")
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	if err := cmd.Start(); err != nil {
		return parent{}.refuse(err)
	}
	fmt.Println("up")
	_ = cmd.Wait() // it never ends
	return 0
}

// TestNoMinipodOutlivesTheTests kills tests with -9: their minipod is gone
// within a second.
func TestNoMinipodOutlivesTheTests(t *testing.T) {
	killed := exec.CommandContext(t.Context(), "minipod-killed")
	killed.Env = append(os.Environ(), "TMPDIR="+t.TempDir()) // it leaves its folder behind
	in, err := killed.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := killed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	heard := bufio.NewReader(out)
	if line, err := heard.ReadString('\n'); line != "up\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	late := time.AfterFunc(time.Second, func() {
		t.Error("minipod is there a second after its tests were killed")
		in.Close()
	})
	defer late.Stop()
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, heard); err != nil {
		t.Error(err)
	}
	_ = killed.Wait() // it was killed
}

// A state folder that is not absolute is no setting: it would be another one in each
// working directory.
func TestStateFile(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	for folder, want := range map[string]string{
		"":         "/home/me/.local/state/minipod/x",
		"rel/path": "/home/me/.local/state/minipod/x",
		"/state":   "/state/minipod/x",
	} {
		t.Setenv("XDG_STATE_HOME", folder)
		if got, err := stateFile("x"); got != want || err != nil {
			t.Errorf("XDG_STATE_HOME=%s: %s, %v", folder, got, err)
		}
	}
}
