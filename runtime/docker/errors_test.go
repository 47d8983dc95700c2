package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
)

// An answer has IDs as Docker shows them; the digest of an image stays whole.
func TestAnswerHasShortIDs(t *testing.T) {
	id := strings.Repeat("0a", 32)
	a := answer{err: errors.New("Error response from daemon: No such container: " + id + ",\n image@sha256:" + id)}
	if want := "No such container: 0a0a0a0a0a0a, image@sha256:" + id; a.Error() != want {
		t.Errorf("got %q, want %q", a.Error(), want)
	}
}

// What is said of a request does not name the URL that it was sent to.
func TestErrorsWithoutURL(t *testing.T) {
	e := &Engine{patience: &patience{}, where: endpoint{address: "tcp://host:1"}}
	for _, reason := range []error{context.Canceled, context.DeadlineExceeded, errors.New("strange"), io.ErrUnexpectedEOF, &net.OpError{Op: "dial", Err: errors.New("strange")}} {
		err := e.explain(&url.Error{Op: "Post", URL: "http://host/v1.41/containers/x/stop?t=12", Err: reason})
		if strings.Contains(err.Error(), "/v1.41") || !errors.Is(err, reason) {
			t.Errorf("%v: %v", reason, err)
		}
	}
}
