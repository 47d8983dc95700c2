package docker

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

func TestExec(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	for _, c := range []struct {
		name    string
		command []string
		options engine.ExecOptions
		stdout  string
		stderr  string
		code    int
	}{
		{name: "streams are apart", command: []string{"sh", "-c", "echo out; echo err >&2"}, stdout: "out\n", stderr: "err\n"},
		{name: "exit code", command: []string{"sh", "-c", "exit 42"}, code: 42},
		{name: "a signal", command: []string{"sh", "-c", "kill -9 $$"}, code: 137},
		{
			name: "environment", command: []string{"sh", "-c", "echo $A"},
			options: engine.ExecOptions{Env: []string{"A=b c"}}, stdout: "b c\n",
		},
		{
			name: "user", command: []string{"id", "-u"},
			options: engine.ExecOptions{User: "1234"}, stdout: "1234\n",
		},
		{
			name: "end of stdin reaches the command, which goes on", command: []string{"sh", "-c", "cat; echo end"},
			options: engine.ExecOptions{Stdio: engine.Stdio{Stdin: strings.NewReader("in\n")}}, stdout: "in\nend\n",
		},
		{name: "no stdin is an empty one", command: []string{"cat"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var stdout, stderr bytes.Buffer
			c.options.Command, c.options.Stdout, c.options.Stderr = c.command, &stdout, &stderr
			code, err := e.Exec(ctx, name, c.options)
			if err != nil || code != c.code || stdout.String() != c.stdout || stderr.String() != c.stderr {
				t.Errorf("got code %d, error %v, stdout %q, stderr %q, want %d, %q, %q",
					code, err, &stdout, &stderr, c.code, c.stdout, c.stderr)
			}
		})
	}
}

func TestExecPassesBytesUnchanged(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	sent := make([]byte, 12<<20)
	if _, err := rand.Read(sent); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	code, err := e.Exec(t.Context(), name, engine.ExecOptions{
		Command: []string{"cat"}, Stdio: engine.Stdio{Stdin: bytes.NewReader(sent), Stdout: &got},
	})
	if err != nil || code != 0 || !bytes.Equal(got.Bytes(), sent) {
		t.Errorf("code %d, error %v, %d bytes back of %d, equal: %t", code, err, got.Len(), len(sent), bytes.Equal(got.Bytes(), sent))
	}
}

func TestExecOfACommandThatLeavesItsInput(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	var out bytes.Buffer
	code, err := e.Exec(t.Context(), name, engine.ExecOptions{
		Command: []string{"sh", "-c", "head -c 3; exit 7"},
		Stdio:   engine.Stdio{Stdin: bytes.NewReader(bytes.Repeat([]byte("abc"), 4<<20)), Stdout: &out},
	})
	if err != nil || code != 7 || out.String() != "abc" {
		t.Errorf("code %d, error %v, output %q, want 7 and abc", code, err, &out)
	}
}

func TestExecDrainsItsOutput(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	for range 5 {
		out, _, code := run(t, e, name, "seq", "1", "200000")
		if lines := strings.Count(out, "\n"); code != 0 || lines != 200000 {
			t.Fatalf("code %d and %d lines, want 0 and 200000", code, lines)
		}
	}
}

func TestExecOnATerminal(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sizes := make(chan engine.Size, 2)
	sizes <- engine.Size{Width: 80, Height: 24}
	sizes <- engine.Size{Width: 101, Height: 33}
	var out bytes.Buffer
	code, err := e.Exec(ctx, name, engine.ExecOptions{
		Command: []string{"sh", "-c", `test -t 0 && test -t 1; until [ "$(stty size)" = "33 101" ]; do sleep 0.02; done; read a; echo "$a-$a" >&2; exit 3`},
		Stdio:   engine.Stdio{Stdin: strings.NewReader("x\n"), Stdout: &out, TTY: true, Resize: sizes},
	})
	if err != nil || code != 3 || !strings.Contains(out.String(), "x-x\r\n") {
		t.Errorf("code %d, error %v, output %q, want 3 and x-x", code, err, &out)
	}
}

func TestExecOfWhatCannotRun(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	out, errs, code := run(t, e, name, "/no/such/command")
	if code != 126 && code != 127 || !strings.Contains(out+errs, "no such file") {
		t.Errorf("code %d, output %q %q, want 126 or 127 and no such file", code, out, errs)
	}
	if _, err := e.Exec(t.Context(), name+"-not", engine.ExecOptions{Command: []string{"true"}}); !errors.Is(err, plan.ErrStale) {
		t.Errorf("exec in no container answers %v, want %v", err, plan.ErrStale)
	}
	ended := startPod(t, e, onlyShell("exit 0"))
	ended.awaitEnd()
	if _, err := e.Exec(t.Context(), ended.name(), engine.ExecOptions{Command: []string{"true"}}); !errors.Is(err, plan.ErrStale) {
		t.Errorf("exec in an ended container answers %v, want %v", err, plan.ErrStale)
	}
}

func TestExecEndsWithItsContext(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := make(chan struct{})
	out := writerFunc(func(p []byte) (int, error) { close(started); return len(p), nil })
	go func() { <-started; cancel() }()
	begin := time.Now()
	_, err := e.Exec(ctx, name, engine.ExecOptions{
		Command: []string{"sh", "-c", "echo started; sleep 60"}, Stdio: engine.Stdio{Stdout: out},
	})
	if !errors.Is(err, context.Canceled) || time.Since(begin) > 20*time.Second {
		t.Errorf("error %v after %s, want %v at once", err, time.Since(begin), context.Canceled)
	}
}

// A command that ends its own container is killed with it; the engine may
// then forget to close its streams.
func TestExecEndsWithItsContainer(t *testing.T) {
	e := live(t)
	for range 3 {
		name := startShell(t, e, "exec sleep 3600")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		code, err := e.Exec(ctx, name, engine.ExecOptions{Command: []string{"sh", "-c", "kill $(pidof sleep); sleep 3600"}})
		if err != nil || code != killed {
			t.Errorf("code %d, error %v, want %d", code, err, killed)
		}
	}
}

func TestExecSaysThatNobodyReads(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	broken := errors.New("the reader is gone")
	out := writerFunc(func([]byte) (int, error) { return 0, broken })
	_, err := e.Exec(t.Context(), name, engine.ExecOptions{Command: []string{"yes"}, Stdio: engine.Stdio{Stdout: out}})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A limit counts from the start of the process, which a busy machine is late
// with.
func TestExecLimit(t *testing.T) {
	e := live(t)
	name := startShell(t, e, "sleep 3600")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	start := time.Now()
	code, err := e.Exec(ctx, name, engine.ExecOptions{Command: []string{"sleep", "30"}, Limit: 200 * time.Millisecond, Stdio: engine.Stdio{Stdout: io.Discard, Stderr: io.Discard}})
	if took := time.Since(start); !errors.Is(err, engine.ErrLimit) || took > 20*time.Second {
		t.Errorf("over its limit: exit code %d, %v after %s", code, err, took)
	}
	code, err = e.Exec(ctx, name, engine.ExecOptions{Command: []string{"sh", "-c", "exit 3"}, Limit: 30 * time.Second, Stdio: engine.Stdio{Stdout: io.Discard, Stderr: io.Discard}})
	if code != 3 || err != nil {
		t.Errorf("within its limit: exit code %d, %v", code, err)
	}
}

func TestBegun(t *testing.T) {
	const none, started, over = `{"Running": true, "Pid": 0}`, `{"Running": true, "Pid": 7}`, `{"Running": false, "Pid": 0}`
	for _, c := range []struct {
		name  string
		looks []string
		takes time.Duration // each look
		want  time.Duration
	}{
		{"before the first look", []string{started}, 0, 0},
		{"between looks", []string{none, none, started}, 0, 200 * time.Millisecond},
		{"while the engine was silent", []string{started}, 700 * time.Millisecond, 800 * time.Millisecond},
		{"and ended", []string{none, over}, 0, 100 * time.Millisecond},
		{"never", nil, 0, startTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			e, _ := engineThat(t, answers(func(call string) string {
				if !strings.Contains(call, "/exec/") {
					return "{}"
				}
				time.Sleep(c.takes)
				if n++; n <= len(c.looks) {
					return c.looks[n-1]
				}
				return none
			}))
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				if got := e.begun(t.Context(), "one", 100*time.Millisecond).Sub(start); got != c.want {
					t.Errorf("begun after %s, want %s", got, c.want)
				}
			})
		})
	}
}
