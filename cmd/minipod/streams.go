package main

import (
	"errors"
	"io"
	"sync"
	"syscall"

	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // everything else
}

// manifests are where manifests come from, and who is told of those that are
// waited for.
func (s streams) manifests() manifest.Input {
	return manifest.Input{Stdin: s.in, Tell: func(text string) { tell.NewConsole(s.err).Say("%s", text) }}
}

// results is stdout with its first failure, which most of what prints does not look
// at: a full disk is not to be taken for the end of what there was to say.
type results struct {
	io.Writer
	mu  sync.Mutex
	err error
}

// Write implements io.Writer.
func (r *results) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.err == nil {
			r.err = err
		}
	}
	return n, err
}

// failure is the error of a command that printed results and has ended with err.
func (r *results) failure(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err == nil:
		return err
	case err == nil:
		return r.err
	case errors.As(err, new(codeError)) && !errors.Is(r.err, syscall.EPIPE): // a code says nothing of what was lost
		return r.err
	}
	return err
}

// checked are the streams with results that notice failures. A terminal stays what
// it is: others ask it for its size.
func (s streams) checked() (streams, *results) {
	r := &results{Writer: s.out}
	if !term.IsTerminal(s.out) {
		s.out = r
	}
	return s, r
}
