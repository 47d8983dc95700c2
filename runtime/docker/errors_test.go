package docker

import (
	"errors"
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
