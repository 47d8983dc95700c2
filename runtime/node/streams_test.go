package node

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"k8s.io/utils/exec"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/plan"
)

// logs are what a request answers, or its error.
func (b *bench) logs(r apiserver.LogRequest) string {
	b.Helper()
	r.UID, r.Container = "uid-1", "c"
	var out strings.Builder
	if err := b.Logs(b.Context(), r, &out); err != nil {
		return err.Error()
	}
	return out.String()
}

// Tail counts lines and the limit bytes of what is sent: of both streams, and
// with the times.
func TestLogs(t *testing.T) {
	onModel(t, func(b *bench) {
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		b.engine.Streams.Output = func(plan.Container) []enginetest.Entry {
			return []enginetest.Entry{{At: at, Text: "one\n"}, {At: at, Stderr: true, Text: "two\n"}, {At: at.Add(time.Second), Text: "three\n"}}
		}
		b.create(podOf("i"))
		const stamp = "2026-01-02T03:04:05Z "
		for _, tt := range []struct {
			request apiserver.LogRequest
			want    string
		}{
			{apiserver.LogRequest{Tail: -1}, "one\ntwo\nthree\n"},
			{apiserver.LogRequest{Tail: 2}, "two\nthree\n"},
			{apiserver.LogRequest{Tail: 0}, ""},
			{apiserver.LogRequest{Tail: -1, Stream: "Stdout"}, "one\nthree\n"},
			{apiserver.LogRequest{Tail: -1, Stream: "Stderr"}, "two\n"},
			{apiserver.LogRequest{Tail: -1, Since: at.Add(time.Second)}, "three\n"},
			{apiserver.LogRequest{Tail: -1, Limit: 6}, "one\ntw"},
			{apiserver.LogRequest{Tail: -1, Limit: 8}, "one\ntwo\n"},
			{apiserver.LogRequest{Tail: -1, Limit: 8, Follow: true}, "one\ntwo\n"},
			{apiserver.LogRequest{Tail: -1, Limit: 1000}, "one\ntwo\nthree\n"},
			{apiserver.LogRequest{Tail: 2, Limit: 30, Timestamps: true}, stamp + "two\n" + stamp[:5]},
			{apiserver.LogRequest{Tail: -1, Previous: true}, `previous terminated container "c" in pod "web" not found`},
		} {
			if got := b.logs(tt.request); got != tt.want {
				b.Errorf("%+v answers %q, want %q", tt.request, got, tt.want)
			}
		}
	})
}

// The attempt before is the one that the status has as the last state, also
// where it is the only one that has ended.
func TestPreviousLogs(t *testing.T) {
	onModel(t, func(b *bench) {
		b.engine.Streams.Output = func(c plan.Container) []enginetest.Entry {
			return []enginetest.Entry{{Text: string(rune('0' + c.Attempt))}}
		}
		both := func() string {
			return b.logs(apiserver.LogRequest{Tail: -1}) + " " + b.logs(apiserver.LogRequest{Tail: -1, Previous: true})
		}
		b.create(podOf("i"))
		shows := func(after time.Duration, want string) {
			time.Sleep(after)
			if got := both(); got != want {
				b.Errorf("current and previous are %s, want %s", got, want)
			}
		}
		b.end(1)
		shows(time.Millisecond, "0 0")
		shows(time.Second, "1 0") // it was restarted at once
		b.end(1)
		shows(time.Second, "1 1") // the back-off is longer
		shows(time.Minute, "2 1")
	})
}

// Logs are followed until the container ends.
func TestFollowedLogs(t *testing.T) {
	onModel(t, func(b *bench) {
		text := []enginetest.Entry{{Text: "a"}}
		b.engine.Streams.Output = func(plan.Container) []enginetest.Entry { return text }
		b.create(podOf("i"))
		time.AfterFunc(time.Second, func() {
			b.engine.Change("uid-1", func(*plan.World) { text = append(text, enginetest.Entry{Text: "b"}) })
		})
		time.AfterFunc(2*time.Second, func() { b.end(0) })
		if got := b.logs(apiserver.LogRequest{Tail: -1, Follow: true}); got != "ab" {
			b.Errorf("followed %q", got)
		}
	})
}

func TestExec(t *testing.T) {
	onModel(t, func(b *bench) {
		b.engine.Streams.Command = func(_ plan.Container, opts engine.ExecOptions) (int, error) {
			_, err := io.WriteString(opts.Stdout, strings.Join(opts.Command, " "))
			return 3, err
		}
		b.create(podOf("i"))
		var out strings.Builder
		request := apiserver.ExecRequest{UID: "uid-1", Container: "c", Command: []string{"say", "it"}, Stdout: &out}
		var code exec.ExitError
		if err := b.Exec(b.Context(), request); !errors.As(err, &code) || code.ExitStatus() != 3 || out.String() != "say it" {
			b.Errorf("%q, %v", out.String(), err)
		}
		b.end(0)
		if err := b.Exec(b.Context(), request); err == nil || !strings.Contains(err.Error(), "is not running") {
			b.Errorf("in a container that has ended: %v", err)
		}
	})
}

func TestDial(t *testing.T) {
	onModel(t, func(b *bench) {
		b.create(podOf("i"))
		conn, err := b.Dial(b.Context(), "uid-1", 80)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		go func() { _, _ = conn.Write([]byte("hello")) }()
		got := make([]byte, 5)
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello" {
			b.Errorf("%q, %v", got, err)
		}
		if _, err := b.Dial(b.Context(), "uid-2", 80); err == nil {
			b.Error("a pod that is not there was reached")
		}
	})
}
