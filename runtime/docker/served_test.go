package docker

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// servedBy is an engine whose answers are a handler's.
func servedBy(t *testing.T, h http.Handler) *Engine {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "tcp://"+server.Listener.Addr().String())
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}
