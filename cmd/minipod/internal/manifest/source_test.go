package manifest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// Why no server has answered is said in words for who has typed its name.
func TestUnanswered(t *testing.T) {
	for want, err := range map[string]error{
		"there is no host x":                        &net.DNSError{Name: "x", IsNotFound: true},
		"the host x cannot be looked up: no answer": &net.DNSError{Name: "x", Err: "no answer"},
		"nothing listens there":                     &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no answer in 30 s":                         context.DeadlineExceeded,
		"no route to host":                          &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH},
		"strange":                                   errors.New("strange"),
	} {
		if got := unanswered(&url.Error{Op: "Get", URL: "https://x/pod.yaml", Err: err}); got.Error() != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
