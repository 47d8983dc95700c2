package group

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// asParent makes the test's own program start a group and wait to be killed.
const asParent = "GROUP_TEST_PARENT"

// family is a child with a child of its own; both hold stdout open for as long as they live.
const family = `trap '' INT; echo up; sleep 600 & sleep 600`

func TestMain(m *testing.M) {
	if os.Getenv(asParent) == "" {
		os.Exit(m.Run())
	}
	g, err := New()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command("sh", "-c", family)
	cmd.Stdout = os.Stdout
	g.Join(cmd)
	if err := cmd.Run(); err != nil {
		panic(err)
	}
}

// started reads from a family's stdout until it is up.
func started(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := bufio.NewReader(out)
	if line, err := heard.ReadString('\n'); line != "up\n" {
		t.Fatalf("the family says %q, %v", line, err)
	}
	return heard
}

// wantGone wants all who hold stdout to be gone within a second.
func wantGone(t *testing.T, heard io.Reader) {
	t.Helper()
	began := time.Now()
	if _, err := io.Copy(io.Discard, heard); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("gone after %s, want one second at most", took)
	}
}

func TestGroupEndsWithItsParent(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), asParent+"=1")
	heard := started(t, cmd)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wantGone(t, heard)
	_ = cmd.Wait() // it was killed
}

func TestEnd(t *testing.T) {
	g, err := New()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", family)
	g.Join(cmd)
	heard := started(t, cmd)
	if err := g.Signal(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	if err := g.End(); err != nil {
		t.Error(err)
	}
	wantGone(t, heard)
	_ = cmd.Wait()
}
