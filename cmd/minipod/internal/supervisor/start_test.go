package supervisor

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// keepUntilStopped is what the processes do that these tests start: it has the
// lock from the first moment on, and takes its time to say so.
func keepUntilStopped(folder string) {
	time.Sleep(200 * time.Millisecond)
	if _, err := PlaceOf(folder, "engine").Inherit("keep"); err != nil {
		os.Exit(1)
	}
	time.Sleep(time.Minute) // it is sent a SIGTERM before
	os.Exit(0)
}

// Of many who start a supervisor at once one does, and it has the lock at every
// moment.
func TestStartAtOnce(t *testing.T) {
	folder := t.TempDir()
	at := PlaceOf(folder, "engine")
	var mu sync.Mutex
	var pids []int
	var starters sync.WaitGroup
	for range 6 {
		starters.Go(func() {
			pid, err := at.Start("keep", folder)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				pids = append(pids, pid)
			case !errors.As(err, new(*TakenError)):
				t.Error(err)
			}
		})
	}
	starters.Wait()
	if len(pids) != 1 {
		t.Fatalf("%d were started", len(pids))
	}
	t.Cleanup(func() { reap(pids[0]) })
	want := Holder{PID: pids[0], Command: "keep"}
	for range 20 {
		if got, held, err := at.Holder(); got != want || !held || err != nil {
			t.Fatalf("got %v, %t, %v; want %v", got, held, err, want)
		}
		time.Sleep(20 * time.Millisecond)
	}
	go reap(pids[0])
	if err := at.Stop(t.Context(), want); err != nil {
		t.Error(err)
	}
	if _, held, err := at.Holder(); held || err != nil {
		t.Errorf("it is held when who held it has ended: %t, %v", held, err)
	}
}

// A start that fails leaves the lock to others.
func TestStartThatFails(t *testing.T) {
	folder := t.TempDir()
	at := PlaceOf(folder, "engine")
	at.Log = folder // which cannot be written to
	if pid, err := at.Start("keep", folder); err == nil {
		t.Errorf("it has started %d", pid)
	}
	if _, held, err := at.Holder(); held || err != nil {
		t.Errorf("it is held: %t, %v", held, err)
	}
}

// reap ends a child of this process, which Start has let go of.
func reap(pid int) {
	child, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	_ = child.Signal(syscall.SIGTERM) // it may have ended
	_, _ = child.Wait()
}
