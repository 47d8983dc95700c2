package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// proxy stands between minipod and the engine, and sees every request.
type proxy struct {
	address string // for DOCKER_HOST

	mu sync.Mutex
	// after is told of each change that the engine has made, before minipod
	// is answered.
	after func(change string)
	// before is asked about each change; false refuses to pass it on and
	// breaks the connection off.
	before func(change string) bool
	// poorPs has the engine's ps be that of busybox, which knows no namespaces;
	// noCreate has it make no container.
	poorPs, noCreate bool

	// asked is told of each request for a container's stats before the engine is.
	asked func(*http.Request)

	server *http.Server
}

// newProxy starts a proxy in front of the engine.
func newProxy(t *testing.T, e *testEngine) *proxy {
	t.Helper()
	path := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: "unix://" + path}
	p.server = &http.Server{Handler: p.handler(e)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.server.Serve(listener) // ends with Close
	}()
	t.Cleanup(func() {
		p.server.Close()
		<-done
	})
	return p
}

func (p *proxy) handler(e *testEngine) http.Handler {
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	forward.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return e.Dialer()(ctx)
	}}
	forward.FlushInterval = -1
	forward.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	forward.ModifyResponse = func(r *http.Response) error {
		if change, ok := changeOf(r.Request); ok {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.after != nil {
				p.after(change)
			}
		}
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if change, ok := changeOf(r); ok && !p.passes(change) {
			panic(http.ErrAbortHandler) // breaks the connection off
		}
		if p.asked != nil && strings.HasSuffix(r.URL.Path, "/stats") {
			p.asked(r)
		}
		if p.lacks(r) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"message": "ps: bad -o argument 'netns'"}`)
			return
		}
		forward.ServeHTTP(w, r)
	})
}

func (p *proxy) lacks(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.poorPs && strings.HasSuffix(r.URL.Path, "/top") || p.noCreate && strings.HasSuffix(r.URL.Path, "/containers/create")
}

func (p *proxy) passes(change string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.before == nil || p.before(change)
}

// changeOf names a request that changes something: POST containers/create.
// Waiting changes nothing.
func changeOf(r *http.Request) (string, bool) {
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1."), "/")
	if r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasSuffix(path, "/wait") {
		return "", false
	}
	return r.Method + " " + path, true
}
