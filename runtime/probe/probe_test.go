package probe_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/probe"
	"github.com/minipod/minipod/runtime/translate"
)

// machine is an engine whose containers listen on this machine, and whose
// commands answer as told.
type machine struct {
	code   int
	stderr string // which comes first
	output string
	takes  time.Duration
}

func (m machine) Exec(ctx context.Context, _ string, opts engine.ExecOptions) (int, error) {
	fmt.Fprint(opts.Stderr, m.stderr)
	fmt.Fprint(opts.Stdout, m.output)
	if opts.Limit > 0 && opts.Limit < m.takes {
		return 0, engine.ErrLimit
	}
	select {
	case <-time.After(m.takes):
		return m.code, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (machine) Connect(ctx context.Context, _, host string, port int) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

func (m machine) Knock(ctx context.Context, pause, host string, port int) error {
	conn, err := m.Connect(ctx, pause, host, port)
	if err != nil {
		return err
	}
	return conn.Close()
}

// at is the address of a server as an action has it.
func at(t *testing.T, address net.Addr) translate.Action {
	t.Helper()
	tcp := address.(*net.TCPAddr)
	return translate.Action{Host: tcp.IP.String(), Port: tcp.Port, Timeout: 5 * time.Second}
}

// result is done, failed and why, or unable and why.
func result(err error) string {
	var failure *plan.ProbeFailure
	var warned *plan.ProbeWarning
	var broken *plan.ProbeBroken
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &warned):
		return "warned: " + warned.Output
	case errors.As(err, &failure):
		return "failed: " + failure.Output
	case errors.As(err, &broken):
		return "broken off: " + broken.Error()
	}
	return "unable: " + err.Error()
}

func TestCommands(t *testing.T) {
	for name, c := range map[string]struct {
		m      machine
		action translate.Action
		want   string
	}{
		"succeeds":  {machine{}, translate.Action{}, "done"},
		"fails":     {machine{code: 1, output: "not yet\n"}, translate.Action{}, "failed: not yet\n"},
		"complains": {machine{code: 1, output: "sick\n", stderr: "bad\n"}, translate.Action{}, "failed: sick\nbad\n"},
		"times out": {machine{takes: time.Minute}, translate.Action{Timeout: 10 * time.Millisecond}, `failed: command timed out: "cat /ok" timed out after 10ms`},
		"of a hook": {machine{code: 2, output: "no"}, translate.Action{Hook: true}, "failed: command 'cat /ok' exited with 2: no"},
		"is absent": {machine{code: 127, output: "OCI runtime exec failed: no such file\r\n"}, translate.Action{}, "failed: OCI runtime exec failed: no such file"},
		"is late":   {machine{code: 126, output: "OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown\r\n"}, translate.Action{}, "unable: exec: OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown: the world has changed meanwhile"},
		"says much": {machine{code: 1, output: strings.Repeat("x", 20<<10)}, translate.Action{}, "failed: " + strings.Repeat("x", 10<<10)},
	} {
		c.action.Exec = []string{"cat", "/ok"}
		if got := result(probe.Do(t.Context(), c.m, "c", "p", c.action)); got != c.want {
			t.Errorf("a command that %s: %.200s", name, got)
		}
	}
}

func TestRequests(t *testing.T) {
	var seen *http.Request
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch seen = r.Clone(context.Background()); r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/elsewhere":
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		case "/bad":
			w.WriteHeader(http.StatusInternalServerError)
		case "/slow":
			<-r.Context().Done()
		case "/broken":
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "half")
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	for _, c := range []struct {
		server *httptest.Server
		get    v1.HTTPGetAction
		hook   bool
		want   string
	}{
		{plain, v1.HTTPGetAction{Path: "/ok?a=b", Scheme: v1.URISchemeHTTP}, false, "done"},
		{plain, v1.HTTPGetAction{Path: "ok"}, false, "done"},
		{secure, v1.HTTPGetAction{Path: "/ok", Scheme: v1.URISchemeHTTPS}, false, "done"},
		{plain, v1.HTTPGetAction{Path: "/here"}, false, "done"},
		{plain, v1.HTTPGetAction{Path: "/elsewhere"}, false, "warned: Probe terminated redirects, Response body: <a href=\"http://elsewhere.example/\">Found</a>.\n\n"},
		{plain, v1.HTTPGetAction{Path: "/elsewhere"}, true, "done"},
		{plain, v1.HTTPGetAction{Path: "/bad"}, false, "failed: HTTP probe failed with statuscode: 500"},
		{plain, v1.HTTPGetAction{Path: "/bad"}, true, "done"},
		{plain, v1.HTTPGetAction{Path: "/broken"}, false, "broken off: unexpected EOF"},
		{plain, v1.HTTPGetAction{Path: "/ok", Scheme: v1.URISchemeHTTPS}, true, "done"},
	} {
		a := at(t, c.server.Listener.Addr())
		a.HTTP, a.Hook = &c.get, c.hook
		if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); got != c.want {
			t.Errorf("GET %s by %s: %s, want %s", c.get.Path, c.get.Scheme, got, c.want)
		}
	}
	a := at(t, plain.Listener.Addr())
	a.HTTP = &v1.HTTPGetAction{Path: "/ok?a=b", HTTPHeaders: []v1.HTTPHeader{{Name: "Host", Value: "web.example"}, {Name: "X-One", Value: "1"}, {Name: "X-One", Value: "2"}, {Name: "Accept", Value: ""}}}
	if err := probe.Do(t.Context(), machine{}, "c", "p", a); err != nil {
		t.Fatal(err)
	}
	if seen.Host != "web.example" || fmt.Sprint(seen.Header["X-One"]) != "[1 2]" || seen.URL.RawQuery != "a=b" ||
		!strings.HasPrefix(seen.UserAgent(), "kube-probe/1.") || seen.Header.Get("Accept") != "" {
		t.Errorf("the server saw %s %s %v", seen.Host, seen.URL, seen.Header)
	}
	a.HTTP, a.Timeout = &v1.HTTPGetAction{Path: "/slow"}, 20*time.Millisecond
	if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); !strings.HasPrefix(got, "failed: ") || !strings.HasSuffix(got, ": context deadline exceeded (Client.Timeout exceeded while awaiting headers)") {
		t.Errorf("a slow answer: %s", got)
	}
}

// What cannot be sent or done at all is no failure.
func TestUnable(t *testing.T) {
	for want, a := range map[string]translate.Action{
		`unable: parse "http://a%20b:80/": invalid URL escape "%20"`: {HTTP: &v1.HTTPGetAction{Path: "/"}, Host: "a b", Port: 80},
		`unable: port "web" not found`:                               {TCP: true, Unable: `port "web" not found`},
	} {
		if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := at(t, l.Addr())
	a.TCP = true
	if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); got != "done" {
		t.Errorf("a port that somebody listens on: %s", got)
	}
	l.Close()
	if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); !strings.Contains(got, "failed: ") || !strings.Contains(got, "connection refused") {
		t.Errorf("a port that nobody listens on: %s", got)
	}
}

// A server that answers gRPC's health check with a state, over HTTP/2 without
// TLS.
func TestHealth(t *testing.T) {
	for state, want := range map[byte]string{1: "done", 2: `failed: service unhealthy (responded with "NOT_SERVING")`} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(bufio.NewReader(r.Body))
			if r.URL.Path != "/grpc.health.v1.Health/Check" || !strings.Contains(string(body), "db") {
				w.Header().Set("Grpc-Status", "5")
				return
			}
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("Trailer", "Grpc-Status")
			_, _ = w.Write([]byte{0, 0, 0, 0, 2, 8, state})
			w.Header().Set("Grpc-Status", "0")
		}))
		server.Config.Protocols = new(http.Protocols)
		server.Config.Protocols.SetUnencryptedHTTP2(true)
		server.Start()
		a := at(t, server.Listener.Addr())
		service := "db"
		a.GRPC = &v1.GRPCAction{Service: &service}
		if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); got != want {
			t.Errorf("state %d: %s, want %s", state, got, want)
		}
		server.Close()
	}
}

// What keeps a gRPC probe from an answer is told in the words of the kubelet.
func TestHealthUnanswered(t *testing.T) {
	slow := make(chan struct{})
	serve := func(h http.HandlerFunc, protocols func(*http.Protocols)) *httptest.Server {
		server := httptest.NewUnstartedServer(h)
		server.Config.Protocols = new(http.Protocols)
		protocols(server.Config.Protocols)
		server.Start()
		t.Cleanup(server.Close)
		return server
	}
	two := func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }
	says := func(code, message string) *httptest.Server {
		return serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Grpc-Status", code)
			w.Header().Set("Grpc-Message", message)
		}, two)
	}
	hangs := serve(func(http.ResponseWriter, *http.Request) { <-slow }, two)
	defer close(slow)
	plain := serve(func(http.ResponseWriter, *http.Request) {}, func(p *http.Protocols) { p.SetHTTP1(true) })
	gone := serve(func(http.ResponseWriter, *http.Request) {}, two)
	gone.Close()
	for name, c := range map[string]struct {
		server *httptest.Server
		want   string
	}{
		"nobody listens":     {gone, `timeout: failed to connect service "ADDRESS" within 100ms: context deadline exceeded`},
		"another protocol":   {plain, `timeout: failed to connect service "ADDRESS" within 100ms: context deadline exceeded`},
		"too slow":           {hangs, "timeout: health rpc did not complete within 100ms"},
		"no such service":    {says("5", "unknown%20service"), "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service"},
		"no health protocol": {says("12", "unknown service grpc.health.v1.Health"), "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health"},
	} {
		a := at(t, c.server.Listener.Addr())
		a.GRPC, a.Timeout = &v1.GRPCAction{}, 100*time.Millisecond
		want := "failed: " + strings.ReplaceAll(c.want, "ADDRESS", c.server.Listener.Addr().String())
		if got := result(probe.Do(t.Context(), machine{}, "c", "p", a)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestSleep(t *testing.T) {
	start := time.Now()
	if err := probe.Do(t.Context(), machine{}, "c", "p", translate.Action{Sleep: 20 * time.Millisecond}); err != nil || time.Since(start) < 20*time.Millisecond {
		t.Errorf("slept %s: %v", time.Since(start), err)
	}
}
