package supervisor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// placeFile names, in the environment of the test's own program, a place that
// it is to hold until its stdin ends.
const placeFile = "MINIPOD_TEST_HOLD"

func TestMain(m *testing.M) {
	if folder := os.Getenv(placeFile); folder != "" {
		holdUntilTold(folder)
	}
	if len(os.Args) == 3 && os.Args[1] == "keep" {
		keepUntilStopped(os.Args[2])
	}
	os.Exit(m.Run())
}

func holdUntilTold(folder string) {
	held, err := PlaceOf(folder, "engine").Hold("supervise")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	held.Release()
	os.Exit(0)
}

// other is another process that holds a place.
func other(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), placeFile+"="+folder)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	return cmd
}

func TestOneHolder(t *testing.T) {
	at := PlaceOf(filepath.Join(t.TempDir(), "not", "there"), "engine")
	if _, held, err := at.Holder(); held || err != nil {
		t.Errorf("a place that nobody has been at is held: %t, %v", held, err)
	}
	held, err := at.Hold("supervise")
	if err != nil {
		t.Fatal(err)
	}
	want := Holder{PID: os.Getpid(), Command: "supervise"}
	if got, held, err := at.Holder(); got != want || !held || err != nil {
		t.Errorf("got %v, %t, %v; want %v", got, held, err, want)
	}
	var taken *TakenError
	if _, err := at.Hold("serve"); !errors.As(err, &taken) || taken.Holder != want {
		t.Errorf("a second one gets %v", err)
	}
	held.Release()
	if _, held, err := at.Holder(); held || err != nil {
		t.Errorf("it is held when it was let go of: %t, %v", held, err)
	}
	if held, err = at.Hold("serve"); err != nil {
		t.Fatal(err)
	}
	held.Release()
}

// Two engines do not share a supervisor.
func TestPlaceOfEachEngine(t *testing.T) {
	folder := t.TempDir()
	held, err := PlaceOf(folder, "unix:///a.sock").Hold("supervise")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	if other, err := PlaceOf(folder, "unix:///b.sock").Hold("supervise"); err != nil {
		t.Error(err)
	} else {
		other.Release()
	}
}

// A holder that is killed with -9 holds nothing any more.
func TestKilledHolder(t *testing.T) {
	folder := t.TempDir()
	at, cmd := PlaceOf(folder, "engine"), other(t, folder)
	if got, held, err := at.Holder(); got.PID != cmd.Process.Pid || !held || err != nil {
		t.Errorf("got %v, %t, %v; want pid %d", got, held, err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if got, held, err := at.Holder(); held || err != nil {
		t.Errorf("it is held by %v, %v", got, err)
	}
	held, err := at.Hold("supervise")
	if err != nil {
		t.Fatal(err)
	}
	held.Release()
}

func TestStop(t *testing.T) {
	folder := t.TempDir()
	at, cmd := PlaceOf(folder, "engine"), other(t, folder)
	reaped := make(chan error, 1)
	go func() { reaped <- cmd.Wait() }()
	if err := at.Stop(t.Context(), Holder{PID: os.Getpid(), Command: "supervise"}); err != nil {
		t.Error(err) // who is named and does not hold it is left alone
	}
	holder, _, err := at.Holder()
	if err != nil {
		t.Fatal(err)
	}
	if err := at.Stop(t.Context(), holder); err != nil {
		t.Fatal(err)
	}
	if err := <-reaped; err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("it ended with %v", err)
	}
	if _, held, err := at.Holder(); held || err != nil {
		t.Errorf("it is held still: %v", err)
	}
}

// The lock of a pod is no more when its command has ended, and at the next one when
// that was killed; one that is held stays.
func TestAttend(t *testing.T) {
	folder := t.TempDir()
	at := PlaceOf(folder, "engine")
	killed := at.Of("default/killed").Lock
	if err := os.WriteFile(killed, []byte("1 run\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := at.Attend("default/first", "run")
	if err != nil {
		t.Fatal(err)
	}
	second, err := at.Attend("default/second", "start")
	if err != nil {
		t.Fatal(err)
	}
	if _, held, err := at.Of("default/first").Holder(); !held || err != nil {
		t.Errorf("the first pod is held: %t, %v", held, err)
	}
	var taken *TakenError
	if _, err := at.Attend("default/first", "start"); !errors.As(err, &taken) {
		t.Errorf("a second command gets %v", err)
	}
	if _, err := os.Stat(killed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed command has left: %v", err)
	}
	first.Remove()
	second.Remove()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left over %v, %v", left, err)
	}
}
