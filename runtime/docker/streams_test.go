package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// logsOf is what a container wrote.
func logsOf(t *testing.T, e *Engine, name string, opts engine.LogOptions) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	if err := e.Logs(ctx, name, opts, &out, &errs); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

func TestLogs(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("echo one; echo two; echo err >&2; sleep 1.1; echo three"))
	if out, errs := logsOf(t, e, p.name(), engine.LogOptions{Follow: true}); out != "one\ntwo\nthree\n" || errs != "err\n" {
		t.Errorf("following to the end: %q and %q", out, errs)
	}
	tail := int64(1)
	if out, errs := logsOf(t, e, p.name(), engine.LogOptions{Tail: &tail}); out != "three\n" || errs != "" {
		t.Errorf("the last line: %q and %q, want three", out, errs)
	}
	began := p.awaitEnd().StartedAt
	if out, _ := logsOf(t, e, p.name(), engine.LogOptions{Since: began.Add(time.Second)}); out != "three\n" {
		t.Errorf("since a second after the start: %q, want three", out)
	}
	out, _ := logsOf(t, e, p.name(), engine.LogOptions{Timestamps: true})
	first, _, _ := strings.Cut(out, " ")
	if at, err := time.Parse(time.RFC3339Nano, first); err != nil || at.Before(began.Add(-time.Second)) {
		t.Errorf("with timestamps: %q, want times", out)
	}
}

func TestLogsOfATerminal(t *testing.T) {
	e := live(t)
	c := shell("echo out; echo err >&2")
	c.TTY = true
	p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{c}})
	if out, errs := logsOf(t, e, p.name(), engine.LogOptions{Follow: true}); out != "out\r\nerr\r\n" || errs != "" {
		t.Errorf("got %q and %q, want all in stdout", out, errs)
	}
}

func TestLogsEnd(t *testing.T) {
	e := live(t)
	if err := e.Logs(t.Context(), "no-such-container", engine.LogOptions{}, nil, nil); !errors.Is(err, plan.ErrStale) {
		t.Errorf("logs of no container answers %v, want %v", err, plan.ErrStale)
	}
	name := startShell(t, e, "echo started; sleep 3600")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	if err := e.Logs(ctx, name, engine.LogOptions{Follow: true}, out, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("logs whose context ends answers %v, want %v", err, context.Canceled)
	}
}

func TestAttachToStdin(t *testing.T) {
	e := live(t)
	c := v1.Container{Name: "main", Command: []string{"sh", "-c", "cat; echo end >&2"}, Stdin: true, StdinOnce: true}
	p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{c}})
	sent := strings.Repeat("0123456789abcde\n", 1<<16)
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := e.Attach(ctx, p.name(), engine.Stdio{Stdin: strings.NewReader(sent), Stdout: &out, Stderr: &errs}); err != nil {
		t.Fatal(err)
	}
	if out.String() != sent || errs.String() != "end\n" {
		t.Errorf("%d bytes back of %d and %q, want all and end", out.Len(), len(sent), &errs)
	}
	if end := p.awaitEnd(); end.ExitCode != 0 {
		t.Errorf("exit code %d, want 0", end.ExitCode)
	}
	if err := e.Attach(ctx, p.name(), engine.Stdio{Stdout: &out}); !errors.Is(err, plan.ErrStale) {
		t.Errorf("attaching to an ended container answers %v, want %v", err, plan.ErrStale)
	}
}

func TestAttachLeavesAnInputOpenThatOutlivesIt(t *testing.T) {
	e := live(t)
	c := v1.Container{Name: "main", Stdin: true, Command: []string{"sh", "-c", `read a; echo "$a-$a"; sleep 0.3; echo end`}}
	p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{c}})
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := e.Attach(ctx, p.name(), engine.Stdio{Stdin: strings.NewReader("x\n"), Stdout: &out}); err != nil {
		t.Fatal(err)
	}
	if out.String() != "x-x\nend\n" {
		t.Errorf("output %q, want that of the whole life", &out)
	}
}

// As on a node, where that is asked for: the session ends with its input, the
// container does not (containerd, ContainerIO.Attach).
func TestAttachEndsWithItsInput(t *testing.T) {
	e := live(t)
	c := v1.Container{Name: "main", Stdin: true, Command: []string{"sh", "-c", `read a; sleep 0.5; echo "$a-$a"; sleep 3600`}}
	p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{c}})
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	streams := engine.Stdio{Stdin: strings.NewReader("x\n"), Stdout: &out, EndWithStdin: true}
	if err := e.Attach(ctx, p.name(), streams); err != nil || ctx.Err() != nil {
		t.Fatal(err)
	}
	if out.String() != "x-x\n" {
		t.Errorf("output %q, want the answer to the input", &out)
	}
}

func TestAttachToATerminal(t *testing.T) {
	e := live(t)
	c := v1.Container{Name: "main", Stdin: true, TTY: true, Command: []string{
		"sh", "-c", `until [ "$(stty size)" = "33 101" ]; do sleep 0.02; done; read a; echo "$a-$a"`,
	}}
	p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{c}})
	sizes := make(chan engine.Size, 1)
	sizes <- engine.Size{Width: 101, Height: 33}
	stdin, typing := io.Pipe()
	go func() { fmt.Fprintln(typing, "x") }()
	defer stdin.Close()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// The caller does not know of the terminal; stdin stays open.
	if err := e.Attach(ctx, p.name(), engine.Stdio{Stdin: stdin, Stdout: &out, Resize: sizes}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "x-x\r\n") {
		t.Errorf("output %q, want x-x", &out)
	}
}
