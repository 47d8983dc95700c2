package docker

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/minipod/minipod/runtime/plan"
)

func TestNoEngine(t *testing.T) {
	dir := t.TempDir()
	dead := filepath.Join(dir, "dead.sock")
	if l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead}); err != nil {
		t.Fatal(err)
	} else {
		l.SetUnlinkOnClose(false)
		l.Close()
	}
	for name, c := range map[string]struct{ host, words string }{
		"no socket":     {"unix://" + dir + "/none.sock", "there is no such socket"},
		"nobody there":  {"unix://" + dead, "nothing listens there"},
		"nothing on it": {"tcp://127.0.0.1:1", "nothing listens there"},
		"nor behind it": {"tcp://127.0.0.1:1/path", "nothing listens there"},
		"a web server":  {page(t, "text/html"), "what answers there is no Docker Engine"},
		"another one":   {page(t, "application/json"), "what answers there is no Docker Engine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			e, err := New(Options{ConfigDir: dir})
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.Pods(t.Context())
			var none *UnreachableError
			if !errors.Is(err, plan.ErrUnreachable) || !errors.As(err, &none) {
				t.Fatalf("got %v, want an UnreachableError", err)
			}
			if !strings.Contains(err.Error(), c.host+" (from DOCKER_HOST)") || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %q, want the address and %q", err, c.words)
			}
			none.local = listening(t)
			if !strings.Contains(none.Hint(), "unset DOCKER_HOST") {
				t.Errorf("hint %q, want what to do about DOCKER_HOST", none.Hint())
			}
			none.local = dead
			if strings.Contains(none.Hint(), "unset") || !strings.Contains(none.Hint(), "DOCKER_HOST names it, and no local one listens") {
				t.Errorf("hint %q, and to unset DOCKER_HOST would not help", none.Hint())
			}
		})
	}
}

// page is the address of a server that answers with a page.
func page(t *testing.T, kind string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, "<html>")
	}))
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String()
}

// listening is a socket that somebody listens on.
func listening(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "docker.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return path
}

func TestHints(t *testing.T) {
	for name, c := range map[string]struct {
		err  UnreachableError
		want string
	}{
		"permission": {UnreachableError{Address: "unix:///run/docker.sock", cause: syscall.EACCES}, "usermod -aG docker"},
		"not there":  {UnreachableError{Address: "unix:///run/docker.sock", cause: syscall.ENOENT}, "systemctl start docker"},
		"a context":  {UnreachableError{Address: "tcp://h:1", Source: "the docker context far", cause: io.EOF}, "docker context ls"},
		"by name":    {UnreachableError{Address: "tcp://h:1", Source: "DOCKER_CONTEXT=far", local: listening(t), cause: io.EOF}, "unset DOCKER_CONTEXT"},
		"it ended":   {UnreachableError{Address: "tcp://h:1", Source: "DOCKER_HOST=tcp://h:1", local: listening(t), met: true, cause: io.EOF}, "give the command again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
			if got := c.err.Hint(); !strings.Contains(got, c.want) {
				t.Errorf("hint %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestHintNamesAnEngineOfTheUser(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "docker.sock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := &UnreachableError{Address: "unix:///var/run/docker.sock", cause: syscall.ENOENT}
	if want := "DOCKER_HOST=unix://" + dir + "/docker.sock"; !strings.Contains(err.Hint(), want) {
		t.Errorf("hint %q, want %q in it", err.Hint(), want)
	}
}

// flaky is a way to the real engine that can be cut.
type flaky struct {
	path string
	to   string

	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
	done     sync.WaitGroup
}

// flakyEngine is the engine behind a way that the test cuts and mends.
func flakyEngine(t *testing.T) (*Engine, *flaky) {
	t.Helper()
	to, local := strings.CutPrefix(alone(t).Address(), "unix://")
	if !local {
		t.Fatalf("this test needs an engine on a local socket")
	}
	f := &flaky{path: filepath.Join(t.TempDir(), "e.sock"), to: to}
	f.mend(t)
	t.Cleanup(f.cut)
	t.Setenv("DOCKER_HOST", "unix://"+f.path)
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e, f
}

func (f *flaky) mend(t *testing.T) {
	t.Helper()
	l, err := net.Listen("unix", f.path)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.listener = l
	f.mu.Unlock()
	f.done.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			f.done.Go(func() { f.join(in) })
		}
	})
}

// join passes bytes both ways until either side ends.
func (f *flaky) join(in net.Conn) {
	out, err := net.Dial("unix", f.to)
	if err != nil {
		in.Close()
		return
	}
	f.mu.Lock()
	f.conns = append(f.conns, in, out)
	if f.listener == nil { // cut meanwhile
		in.Close()
		out.Close()
	}
	f.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(out, in); out.Close() })
	both.Go(func() { _, _ = io.Copy(in, out); in.Close() })
	both.Wait()
}

// cut ends every connection and takes no new ones.
func (f *flaky) cut() {
	f.mu.Lock()
	if f.listener != nil {
		f.listener.Close()
		f.listener = nil
	}
	for _, c := range f.conns {
		c.Close()
	}
	f.conns = nil
	f.mu.Unlock()
	f.done.Wait()
}
