package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killed is the manifest of the tests that break runs off: two containers,
// a volume, and one of an image, which is copied.
const killed = `
apiVersion: v1
kind: Pod
metadata: {name: killed}
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{name: scratch, emptyDir: {}}, {name: files, image: {reference: busybox, pullPolicy: IfNotPresent}}]
  containers:
    - name: first
      image: busybox
      imagePullPolicy: IfNotPresent
      command: ["sleep", "3600"]
      volumeMounts: [{name: scratch, mountPath: /scratch}]
    - name: second
      image: busybox
      imagePullPolicy: IfNotPresent
      command: ["sleep", "3600"]
      volumeMounts: [{name: files, mountPath: /files}]
`

// whole is all that there is of that pod.
func whole() []string {
	return []string{"container killed_POD", "container killed_first", "container killed_second"}
}

// minipod is a process of the real main.
func minipod(t *testing.T, host string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "minipod", args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host)
	cmd.Stdin = strings.NewReader(killed)
	return cmd
}

// mustRun runs a minipod that is to succeed, and returns its stdout.
func mustRun(t *testing.T, host string, args ...string) string {
	t.Helper()
	cmd := minipod(t, host, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("minipod %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// TestKilledAfterEachChange kills run after each change it makes to the
// engine. Another run makes the pod whole, and rm leaves nothing.
func TestKilledAfterEachChange(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	networks := e.networks(t)
	for n, more := 1, true; more; n++ {
		for _, then := range []string{"run", "rm"} {
			ns := e.namespace(t, "kill")
			change := killAfter(t, e, n, "run", "-n", ns, "-")
			more = change != ""
			if then == "run" {
				if out := mustRun(t, e.address, "run", "-n", ns, "-"); !strings.HasPrefix(out, "pod/killed ") {
					t.Errorf("run after %q: %s", change, out)
				}
				wantWhole(t, e, ns, change)
			}
			mustRun(t, e.address, "rm", "-n", ns, "--now", "--ignore-not-found", "killed")
			if left, err := e.left(ns); err != nil || len(left) > 0 {
				t.Errorf("rm after %q: left over %v, %v", change, left, err)
			}
		}
	}
	if now := e.networks(t); !slices.Equal(networks, now) {
		t.Errorf("networks: %v before, %v now", networks, now)
	}
}

// TestKilledRm kills rm after each change it makes to the engine. Another rm
// removes the rest, and run makes the pod anew.
func TestKilledRm(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "kill-rm")
	for n, more := 1, true; more; n++ {
		mustRun(t, e.address, "run", "-n", ns, "-")
		change := killAfter(t, e, n, "rm", "-n", ns, "--now", "killed")
		more = change != ""
		if n%2 == 0 {
			mustRun(t, e.address, "run", "-n", ns, "-")
			wantWhole(t, e, ns, change)
		}
		mustRun(t, e.address, "rm", "-n", ns, "--now", "--ignore-not-found", "killed")
		if left, err := e.left(ns); err != nil || len(left) > 0 {
			t.Errorf("rm after %q: left over %v, %v", change, left, err)
		}
	}
}

// TestSuperviseFinishesARm kills rm when it has said what it wants, and done
// nothing of it. The supervisor hears of that.
func TestSuperviseFinishesARm(t *testing.T) {
	e := newTestEngine(t)
	ns := e.namespace(t, "kill-kept")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	supervise := minipod(t, e.address, "supervise")
	if err := supervise.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		supervise.Process.Signal(syscall.SIGTERM)
		supervise.Wait()
	}()
	mustRun(t, e.address, "run", "-n", ns, "-")
	if change := killAfter(t, e, 1, "rm", "-n", ns, "killed"); change != "POST volumes/create" {
		t.Fatalf("rm was killed after %q", change)
	}
	start := time.Now()
	for {
		left, err := e.left(ns)
		if err == nil && len(left) == 0 {
			return
		}
		if took := time.Since(start); took > 8*time.Second { // two for rm, one of grace
			t.Fatalf("after %s there are left %v, %v", took, left, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// wantWhole wants all of the pod to be there, and to run.
func wantWhole(t *testing.T, e *testEngine, ns, change string) {
	t.Helper()
	left, err := e.left(ns)
	if err != nil {
		t.Fatal(err)
	}
	volumes := 0
	left = slices.DeleteFunc(left, func(name string) bool {
		if strings.HasPrefix(name, "volume ") {
			volumes++
		}
		return strings.HasPrefix(name, "volume ")
	})
	row := mustRun(t, e.address, "ps", "-n", ns, "--no-headers")
	if !slices.Equal(left, whole()) || volumes != 2 || !strings.Contains(row, "2/2") {
		t.Errorf("run after %q: %v, %d volumes, %s", change, left, volumes, row)
	}
}

// killAfter starts a minipod and kills it after the nth change that the
// engine has made for it, before it hears of that. It returns the change, or
// "" where minipod was through before.
func killAfter(t *testing.T, e *testEngine, n int, args ...string) (change string) {
	t.Helper()
	p := newProxy(t, e)
	cmd := minipod(t, p.address, args...)
	started, gone := make(chan struct{}), make(chan struct{})
	p.after = func(made string) {
		<-started
		if n--; n == 0 {
			change = made
			cmd.Process.Kill()
			<-gone
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	close(gone)
	if err == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return change
}

// TestInterrupted interrupts run in the middle: it removes what it made.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "interrupted")
	p := newProxy(t, e)
	cmd := minipod(t, p.address, "run", "-n", ns, "-")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	started := make(chan struct{})
	p.after = func(change string) {
		<-started
		if strings.HasSuffix(change, "/start") {
			cmd.Process.Signal(syscall.SIGINT)
			p.after = nil
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitSignal+int(syscall.SIGINT) {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
	if said := stderr.String(); !strings.Contains(said, "\nminipod: error: interrupted\n") || !strings.Contains(said, " was removed again\n") {
		t.Errorf("stderr: %s", &stderr)
	}
	if left, err := e.left(ns); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// TestNotRemoved interrupts run --rm, and breaks off what would remove the pod: it
// does not say that it was removed, but how that is done.
func TestNotRemoved(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	for _, args := range [][]string{{"--attach"}, {"--wait=ended"}} {
		ns := e.namespace(t, "not-removed")
		p := newProxy(t, e)
		p.before = func(change string) bool { return !strings.HasPrefix(change, "DELETE containers/") }
		cmd := minipod(t, p.address, append([]string{"run", "-n", ns, "--rm", "-"}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(mustRun(t, e.address, "ps", "-n", ns), " 2/2 ") {
			time.Sleep(100 * time.Millisecond)
		}
		cmd.Process.Signal(syscall.SIGINT)
		cmd.Wait()
		said := stderr.String()
		if strings.Contains(said, "was stopped and removed") || !strings.Contains(said, "\nminipod: error: remove what was made of pod "+ns+"/killed: the Docker Engine at ") ||
			!strings.HasSuffix(said, "\nminipod: hint: when the engine answers again: minipod rm killed -n "+ns+"\n") {
			t.Errorf("run %s: %s", args, said)
		}
		mustRun(t, e.address, "rm", "-n", ns, "--now", "killed")
	}
}

// TestEngineDies breaks every connection off in the middle of a run: one
// clear error with a hint, and rm removes what is left once it is back.
func TestEngineDies(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "dies")
	p := newProxy(t, e)
	p.after = func(change string) {
		if strings.HasSuffix(change, "/start") {
			go p.server.Close()
		}
	}
	cmd := minipod(t, p.address, "run", "-n", ns, "-")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed {
		t.Errorf("exit code %d, %v", code, err)
	}
	text := stderr.String()
	if strings.Count(text, "cannot be reached") != 1 || strings.Count(text, "minipod: error: ") != 1 || strings.Count(text, "minipod: hint: ") != 1 || !strings.Contains(text, "minipod rm killed -n "+ns) {
		t.Errorf("stderr after %s: %s", time.Since(start), text)
	}
	mustRun(t, e.address, "rm", "-n", ns, "--now", "killed")
}

// TestMessageQueueEveryTime runs mc2 again and again: its containers start in
// the order of the manifest, so the consumer always gets all of it.
func TestMessageQueueEveryTime(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	const times = 20
	for range times {
		ns := e.namespace(t, "mc2")
		file, err := manifestFile(t.TempDir(), "mc2")
		if err != nil {
			t.Fatal(err)
		}
		mustRun(t, e.address, "run", "-n", ns, "--pull=missing", file)
		produced := mustRun(t, e.address, "logs", "-f", "-n", ns, "mc2", "producer")
		consumed := mustRun(t, e.address, "logs", "-f", "-n", ns, "mc2", "consumer")
		want := strings.ReplaceAll(produced, "Produced", "Consumed") + "Consumed: done\n"
		if strings.Count(produced, "Produced: ") != 10 || consumed != want {
			t.Errorf("produced:\n%sconsumed:\n%s", produced, consumed)
		}
		mustRun(t, e.address, "rm", "-n", ns, "--now", "mc2")
	}
}
