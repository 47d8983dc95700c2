package docker

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/engine"
)

// early is what a container has written before it ends: more than a connection
// holds by itself.
var early = strings.Repeat("early\n", 1<<20)

// stuckStreams is an engine whose container ends just as it is attached to: its
// output comes, and its streams are never closed.
func stuckStreams(t *testing.T) *Engine {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{version}/containers/{name}/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"Id": "c", "Name": "/c", "Config": {"Tty": true}, "State": {"Status": "running", "Running": true}}`)
	})
	mux.HandleFunc("POST /{version}/containers/{name}/wait", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"StatusCode": 3}`)
	})
	mux.HandleFunc("POST /{version}/containers/{name}/attach", func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
		fmt.Fprint(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"+early)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		fmt.Fprint(w, `{}`)
	})
	return servedBy(t, mux)
}

func TestAttachEndsWithItsContainer(t *testing.T) {
	e := stuckStreams(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := e.Attach(ctx, "c", engine.Stdio{Stdout: &out}); err != nil || out.String() != early {
		t.Errorf("attached to one that has ended meanwhile: %d bytes, %v, want %d", out.Len(), err, len(early))
	}
}

// What is read slowly is not cut off by the end of its container.
func TestAttachWaitsForASlowReader(t *testing.T) {
	e := stuckStreams(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	slow := writerFunc(func(p []byte) (int, error) {
		if out.Len() == 0 {
			time.Sleep(2 * drainTime)
		}
		return out.Write(p)
	})
	if err := e.Attach(ctx, "c", engine.Stdio{Stdout: slow}); err != nil || out.String() != early {
		t.Errorf("read slowly: %d bytes, %v, want %d", out.Len(), err, len(early))
	}
}
