package docker

import (
	"context"
	"errors"
	"fmt"
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
	at := func(port int) string {
		return fmt.Sprintf("dial tcp %s:%d: connect: connection refused", pause.IPs[0], port)
	}
	for name, way := range map[string]struct {
		connect func(ctx context.Context, pause, host string, port int) (net.Conn, error)
		knock   func(ctx context.Context, pause, host string, port int) error
	}{
		"as probes do": {e.Connect, e.Knock},
		"from inside":  {e.connectInside, e.knockInside},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		conn, err := way.connect(ctx, pause.ID, pause.IPs[0], 8080)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _ = io.WriteString(conn, "GET /index.html HTTP/1.0\r\n\r\n")
		answer, err := io.ReadAll(conn)
		conn.Close()
		if !strings.HasSuffix(string(answer), "hello\n") {
			t.Errorf("%s: the answer is %q, %v", name, answer, err)
		}
		if err := way.knock(ctx, pause.ID, pause.IPs[0], 8080); err != nil {
			t.Errorf("%s: %v, want somebody to listen", name, err)
		}
		if err := way.knock(ctx, pause.ID, pause.IPs[0], 8081); err == nil || err.Error() != at(8081) {
			t.Errorf("%s: %v, want %s", name, err, at(8081))
		}
		// A refusal that is late is what is read.
		conn, err = way.connect(ctx, pause.ID, pause.IPs[0], 8081)
		if err == nil {
			_, err = io.ReadAll(conn)
			conn.Close()
		}
		if err == nil || err.Error() != at(8081) {
			t.Errorf("%s: %v, want %s", name, err, at(8081))
		}
	}
}

// A command that connects to what is silent ends with the time that somebody
// waited for it: probes would leave one each in the pause.
func TestConnectingEnds(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("exec nc -ll -p 8080 -e sleep 3600"))
	awaitPort(t, e, p.name(), "1F90")
	pause := p.world().Pause
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	conn, err := e.connectInside(ctx, pause.ID, pause.IPs[0], 8080)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err == nil {
		t.Errorf("the answer is %q, want an end of the time", answer)
	}
	conn.Close()
	running := func() (n int) {
		top, err := e.cli.ContainerTop(t.Context(), pause.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, process := range top.Processes {
			if strings.Contains(strings.Join(process, " "), "pause connect") {
				n++
			}
		}
		return n
	}
	for end := time.Now().Add(20 * time.Second); running() > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d commands still connect", running())
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
