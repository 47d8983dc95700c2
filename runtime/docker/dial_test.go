package docker

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestDial(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("while :; do nc -l -p 8080 -e cat; done"))
	awaitPort(t, e, p.name(), "1F90")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := e.Dial(ctx, p.want.Pause.Name, "127.0.0.1", 8080)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sent := make([]byte, 3<<20)
	if _, err := rand.Read(sent); err != nil {
		t.Fatal(err)
	}
	wrote := make(chan error, 1)
	go func() {
		_, err := conn.Write(sent)
		wrote <- errors.Join(err, conn.(interface{ CloseWrite() error }).CloseWrite())
	}()
	got, err := io.ReadAll(conn)
	if err := errors.Join(err, <-wrote); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Errorf("%d bytes back of %d, not equal", len(got), len(sent))
	}
}

func TestDialWhereNobodyListens(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("sleep 3600"))
	conn, err := e.Dial(t.Context(), p.want.Pause.Name, "127.0.0.1", 9)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.ReadAll(conn); err == nil || !strings.Contains(err.Error(), "127.0.0.1:9") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, want an error that names the port and says refused", err)
	}
}

func TestDialIsClosed(t *testing.T) {
	e := live(t)
	p := startPod(t, e, onlyShell("while :; do nc -l -p 8080 -e cat; done"))
	awaitPort(t, e, p.name(), "1F90")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, end := range map[string]func(io.Closer){
		"by its user":    func(c io.Closer) { c.Close() },
		"by its context": func(io.Closer) { cancel() },
	} {
		conn, err := e.Dial(ctx, p.want.Pause.Name, "127.0.0.1", 8080)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(50*time.Millisecond, func() { end(conn) })
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("%s: reading goes on", name)
		}
		conn.Close()
		ctx, cancel = context.WithCancel(t.Context())
	}
	cancel()
}

// awaitPort waits until something in the pod listens on a port, in hex.
func awaitPort(t *testing.T, e *Engine, container, hex string) {
	t.Helper()
	if _, _, code := run(t, e, container, "sh", "-c", "until grep -q :"+hex+" /proc/net/tcp /proc/net/tcp6; do sleep 0.02; done"); code != 0 {
		t.Fatalf("waiting for port %s ends with %d", hex, code)
	}
}
