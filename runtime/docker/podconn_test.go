package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/probe"
	"github.com/minipod/minipod/runtime/translate"
)

// Both ways to a pod's port tell whether anybody listens, and carry a request
// and its answer.
func TestConnect(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("mkdir /w; echo hello >/w/index.html; exec httpd -f -p 8080 -h /w"))
	p.until("wget -qO- http://127.0.0.1:8080/index.html")
	pause := p.world().Pause
	for name, connect := range map[string]func(port int) (net.Conn, error){
		"as probes do": func(port int) (net.Conn, error) { return e.Connect(t.Context(), pause.ID, pause.IPs[0], port) },
		"from inside": func(port int) (net.Conn, error) {
			tunnel, err := e.Dial(t.Context(), pause.ID, pause.IPs[0], port)
			if err != nil {
				return nil, err
			}
			return opened(t.Context(), tunnel)
		},
	} {
		conn, err := connect(8080)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _ = io.WriteString(conn, "GET /index.html HTTP/1.0\r\n\r\n")
		answer, err := io.ReadAll(conn)
		conn.Close()
		if !strings.HasSuffix(string(answer), "hello\n") {
			t.Errorf("%s: the answer is %q, %v", name, answer, err)
		}
		if conn, err := connect(8081); err == nil {
			conn.Close()
			t.Errorf("%s: somebody listens where nobody does", name)
		} else if !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

// What probes ask of a container, on a real one.
func TestProbesOfAContainer(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("sleep 3600"))
	for _, c := range []struct {
		command []string
		timeout time.Duration
		fails   string
	}{
		{[]string{"true"}, time.Minute, ""},
		{[]string{"sh", "-c", "echo not yet; exit 3"}, time.Minute, "not yet\n"},
		{[]string{"sleep", "60"}, 500 * time.Millisecond, `command timed out: "sleep 60" timed out after 500ms`},
	} {
		err := probe.Do(t.Context(), e, p.world().Latest("main").ID, p.world().Pause.ID, translate.Action{Exec: c.command, Timeout: c.timeout})
		var failure *plan.ProbeFailure
		if failed := errors.As(err, &failure); failed != (c.fails != "") || failed && failure.Output != c.fails {
			t.Errorf("%q: %v, want %q", c.command, err, c.fails)
		}
	}
}

// Facts are kept, also when they are written again; who is late is told so.
func TestFacts(t *testing.T) {
	e := live(t)
	p := newPod(t, e, v1.PodSpec{Containers: []v1.Container{{Name: "main", Command: []string{"sleep", "3600"}, ReadinessProbe: &v1.Probe{}}}})
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	p.do(plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name})
	at := map[string]time.Time{"a": time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	for i, facts := range []plan.Facts{{Ready: at}, {Started: at, Unready: at, Hooked: at}, {Lost: []plan.Container{{ID: "gone", Unit: "main", State: plan.Exited, Lost: true, Created: time.Now().UTC()}}}, {}} {
		note := plan.Op{Kind: plan.Note, Revision: i + 1, Pod: p.want.Pod, Facts: &facts}
		p.do(note)
		w := p.world()
		if !w.Facts.Equal(facts) || len(w.Notes) != 1 || len(w.Volumes) != 0 {
			t.Errorf("observed %+v in %v beside %v, want %+v in one note", w.Facts, w.Notes, w.Volumes, facts)
		}
		if err := e.Do(t.Context(), note, nil); !errors.Is(err, plan.ErrStale) {
			t.Errorf("note %d written again: %v, want %v", i+1, err, plan.ErrStale)
		}
	}
	if _, err := e.Connect(context.Background(), "none", "192.0.2.1", 80); err == nil {
		t.Error("connected through a pause that is not there")
	}
}
