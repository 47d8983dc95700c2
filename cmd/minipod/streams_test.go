package main

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"testing"
)

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// What cannot be printed is an error, whoever prints it.
func TestResultsAreNotLost(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}, {"help", "run"}, {"ps", "--help"}, {"learn"}, {"explain", "--field", "spec"}} {
		var errs bytes.Buffer
		code := execute(args, streams{in: strings.NewReader(""), out: fullDisk{}, err: &errs})
		if code != exitFailed || !strings.Contains(errs.String(), "minipod: error: no space left on device\n") {
			t.Errorf("%s: code %d, %q", args, code, errs.String())
		}
	}
}

// Nor is it by a command that ends with an exit code of its own.
func TestResultsAreNotLostBehindACode(t *testing.T) {
	r := &results{Writer: fullDisk{}}
	_, _ = r.Write([]byte("x"))
	if err := r.failure(codeError(exitFailed)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	r.err = syscall.EPIPE // nobody has wanted more
	if err := r.failure(codeError(3)); !errors.Is(err, codeError(3)) {
		t.Errorf("got %v", err)
	}
}
