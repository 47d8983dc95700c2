package docker

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/engine"
)

// longLines writes a short line and three of 40 KB to each stream, in turn:
// each is longer than what Docker keeps in one entry.
const longLines = `
long() { head -c 40000 /dev/zero | tr '\0' "$1"; echo; }
echo first; sleep 0.2; echo first-err >&2; sleep 0.2
for c in a b c; do long $c; sleep 0.2; long $c >&2; sleep 0.2; done
`

// shapes words lines by their first letter and length, with a T for a time.
func shapes(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		at := stampLength([]byte(line))
		line = strings.TrimRight(line[at:], "\r\n")
		word := line
		if len(line) > 50 {
			other := strings.Trim(line, line[:1])
			word = fmt.Sprintf("%s%.40s%d", line[:1], other, len(line))
		}
		if at > 0 {
			word = "T" + word
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestLogsOfLongLines(t *testing.T) {
	e := live(t)
	all := []string{"first", "first-err", "a40000", "a40000", "b40000", "b40000", "c40000", "c40000"}
	for _, tty := range []bool{false, true} {
		unit := shell(longLines)
		unit.TTY = tty
		p := startPod(t, e, v1.PodSpec{Containers: []v1.Container{unit}})
		p.awaitEnd()
		for tail := int64(-1); tail < 10; tail++ {
			for _, times := range []bool{false, true} {
				if times && tty && e.podman() {
					continue // see dockerPart
				}
				opts := engine.LogOptions{Follow: times, Timestamps: times}
				last := len(all)
				if tail >= 0 {
					opts.Tail, last = &tail, int(min(tail, int64(len(all))))
				}
				want := strings.Join(all[len(all)-last:], " ")
				if times && want != "" {
					want = "T" + strings.ReplaceAll(want, " ", " T")
				}
				if got := shapes(logsOfBoth(t, e, p.name(), opts)); got != want {
					t.Errorf("tty %t, tail %d, timestamps and follow %t: %s, want %s", tty, tail, times, got, want)
				}
			}
		}
	}
}

// logsOfBoth is what a container wrote to both streams, in one.
func logsOfBoth(t *testing.T, e *Engine, name string, opts engine.LogOptions) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out strings.Builder
	if err := e.Logs(ctx, name, opts, &out, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What is written later comes whole after the last lines.
func TestLogsFollowFromTheLastLines(t *testing.T) {
	e := live(t)
	name := startShell(t, e, longLines+`until [ -e /go ]; do sleep 0.05; done; long d; echo end`)
	await(t, e, name, engine.LogOptions{Follow: true}, 8)
	var out strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	all := writerFunc(func(p []byte) (int, error) {
		if out.Len() == 0 {
			run(t, e, name, "touch", "/go")
		}
		return out.Write(p)
	})
	tail := int64(2)
	if err := e.Logs(ctx, name, engine.LogOptions{Follow: true, Timestamps: true, Tail: &tail}, all, all); err != nil {
		t.Fatal(err)
	}
	if got, want := shapes(out.String()), "Tc40000 Tc40000 Td40000 Tend"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// await waits until a container has written so many lines.
func await(t *testing.T, e *Engine, name string, opts engine.LogOptions, lines int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen := 0
	count := writerFunc(func(p []byte) (int, error) {
		if seen += strings.Count(string(p), "\n"); seen >= lines {
			cancel()
		}
		return len(p), nil
	})
	if err := e.Logs(ctx, name, opts, count, count); seen < lines {
		t.Fatalf("%d lines of %d: %v", seen, lines, err)
	}
}
