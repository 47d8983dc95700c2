// Package logs brings what containers have written to where it is read: with
// prefixes, within limits, and what is said when there is nothing.
package logs

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"k8s.io/kubectl/pkg/util/term"
)

// Lines keeps the lines apart that containers write at the same time, of
// however many pods.
type Lines struct {
	to       io.Writer
	coloured bool

	mu      sync.Mutex
	colours map[string]string // of prefixes
}

// NewLines writes them to w, with prefixes in colour where it may be.
func NewLines(w io.Writer) *Lines {
	return &Lines{to: w, coloured: term.AllowsColorOutput(w), colours: map[string]string{}}
}

// Writers are the ways of a pod's output.
type Writers struct {
	*Lines
	Pod string
	// Prefixed puts [pod/NAME/CONTAINER] in front of each line.
	Prefixed bool
}

// Writer is the way of one container's output.
type Writer struct {
	*Lines
	prefix []byte
	rest   []byte // of a line that has not ended
}

// Writer is for what a container writes to one stream.
func (w *Writers) Writer(container string) *Writer {
	writer := &Writer{Lines: w.Lines}
	if w.Prefixed {
		writer.prefix = []byte(w.painted(fmt.Sprintf("[pod/%s/%s]", w.Pod, container)) + " ")
	}
	return writer
}

// palette are the colours of prefixes, in the order in which they are taken.
func palette() []string {
	return []string{"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[93m", "\x1b[92m", "\x1b[95m"}
}

// painted is a prefix in its colour.
func (l *Lines) painted(prefix string) string {
	if !l.coloured {
		return prefix
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.colours[prefix] == "" {
		all := palette()
		l.colours[prefix] = all[len(l.colours)%len(all)]
	}
	return l.colours[prefix] + prefix + "\x1b[0m"
}

// Write passes on what it is given, or with prefixes the lines that have
// ended.
func (w *Writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.prefix == nil {
		return w.to.Write(b)
	}
	w.rest = append(w.rest, b...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 {
			return len(b), nil
		}
		line := slices.Concat(w.prefix, w.rest[:end+1])
		w.rest = w.rest[end+1:]
		if _, err := w.to.Write(line); err != nil {
			return 0, err
		}
	}
}

// Flush writes a last line that has no end.
func (w *Writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		// An error shows at the next write, or nobody reads any more.
		_, _ = w.to.Write(append(slices.Concat(w.prefix, w.rest), '\n'))
		w.rest = nil
	}
}
