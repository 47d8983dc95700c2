package manifest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server that does not answer is told of while it is waited for: this one
// answers when it has been.
func TestSlowServer(t *testing.T) {
	told := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case text := <-told:
			fmt.Fprint(w, "# ", text)
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	sources, err := Sources(t.Context(), Input{Tell: func(text string) { told <- text }}, []string{s.URL + "/pod.yaml"})
	if err != nil || len(sources) != 1 || !strings.Contains(string(sources[0].Data), "waiting for "+s.URL+"/pod.yaml to answer, for at most 30 s") {
		t.Errorf("got %+v, %v", sources, err)
	}
}

// A FIFO that nobody writes to is waited for until the command is interrupted.
func TestInterruptedFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "pod.yaml")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := Sources(ctx, Input{}, []string{fifo, fifo}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
