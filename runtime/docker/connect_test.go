package docker

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
)

// configWith writes a configuration folder of the docker client with one
// context, far, which is the current one.
func configWith(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	meta := filepath.Join(dir, "contexts", "meta", digest.FromString("far").Encoded(), "meta.json")
	for path, text := range map[string]string{
		filepath.Join(dir, "config.json"): `{"currentContext": "far"}`,
		meta:                              `{"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://far.test:2375"}}}`,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewTakesTheEngineOfTheDockerClient(t *testing.T) {
	for name, c := range map[string]struct {
		host, context, want string
		unconfigured        bool
	}{
		"nothing said":              {want: "unix:///var/run/docker.sock", unconfigured: true},
		"the current context":       {want: "tcp://far.test:2375"},
		"the context of no name":    {context: "default", want: "unix:///var/run/docker.sock"},
		"a context by name":         {context: "far", want: "tcp://far.test:2375"},
		"an address over contexts":  {host: "tcp://near.test:1", context: "far", want: "tcp://near.test:1"},
		"an address with no scheme": {host: "127.0.0.1:1", want: "tcp://127.0.0.1:1"},
		"a name":                    {host: "near.test", want: "tcp://near.test:2375"},
		"a name and a port":         {host: "near.test:1", want: "tcp://near.test:1"},
		"a port":                    {host: "tcp://:1", want: "tcp://localhost:1"},
		"tcp alone":                 {host: "tcp://", want: "tcp://localhost:2375"},
		"unix alone":                {host: "unix://", want: "unix:///var/run/docker.sock"},
		"an address of IPv6":        {host: "[::1]:1", want: "tcp://[::1]:1"},
		"a path":                    {host: "tcp://near.test/x", want: "tcp://near.test:2375/x"},
		"blanks":                    {host: " ", want: "unix:///var/run/docker.sock"},
		"an address by ssh":         {host: "ssh://user@near.test", want: "ssh://user@near.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			t.Setenv("DOCKER_CONTEXT", c.context)
			dir := t.TempDir()
			if !c.unconfigured {
				dir = configWith(t)
			}
			e, err := New(Options{ConfigDir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if e.Address() != c.want {
				t.Errorf("the engine is at %s, want %s", e.Address(), c.want)
			}
		})
	}
}

// A second round of calls side by side finds the connections of the first.
func TestConnectionsAreKept(t *testing.T) {
	var made atomic.Int32
	together := make(chan struct{}, parallel)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			together <- struct{}{}
			for len(together) < cap(together) && r.Context().Err() == nil {
				time.Sleep(time.Millisecond)
			}
		}
		w.Header().Set("Api-Version", "1.41")
		w.WriteHeader(http.StatusNoContent)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+server.Listener.Addr().String())
	e, err := New(Options{ConfigDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var group errgroup.Group
		for range parallel {
			group.Go(func() error { return e.DropRecord(t.Context(), "one") })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		for range parallel {
			<-together
		}
	}
	if got := made.Load(); got > parallel {
		t.Errorf("%d connections were made for twice %d calls", got, parallel)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct{ host, context, words, hint string }{
		"a context that is not there": {context: "gone", words: "there is no docker context gone (from DOCKER_CONTEXT=gone)", hint: "`docker context ls` lists the contexts, `unset DOCKER_CONTEXT` takes the current one"},
		"another scheme":              {host: "ftp://far", words: "use the Docker Engine at ftp://far (from DOCKER_HOST): it is no address of an engine", hint: "tcp://HOST:PORT"},
		"a port that is none":         {host: "tcp://far:x", words: `use the Docker Engine at tcp://far:x (from DOCKER_HOST): invalid port ":x" after host`, hint: "tcp://HOST:PORT"},
		"a path":                      {host: "/run/docker.sock", words: "use the Docker Engine at /run/docker.sock (from DOCKER_HOST): it is no address of an engine", hint: "unix:///PATH"},
		"a scheme without slashes":    {host: "unix:/run/docker.sock", words: "use the Docker Engine at unix:/run/docker.sock (from DOCKER_HOST): it is no address of an engine", hint: "unix:///PATH"},
		"a file descriptor":           {host: "fd://", words: "use the Docker Engine at fd:// (from DOCKER_HOST): it is no address of an engine", hint: "ssh://USER@HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			t.Setenv("DOCKER_CONTEXT", c.context)
			_, err := New(Options{ConfigDir: t.TempDir()})
			if err == nil || err.Error() != c.words {
				t.Errorf("got %v, want %q", err, c.words)
			}
			var hinter interface{ Hint() string }
			if !errors.As(err, &hinter) || !strings.Contains(hinter.Hint(), c.hint) {
				t.Errorf("%v: no hint with %q", err, c.hint)
			}
		})
	}
}
