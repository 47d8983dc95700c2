// Package logs brings what containers have written to where it is read: with
// prefixes, within limits, and what is said when there is nothing.
package logs

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Prefixes puts [pod/NAME/CONTAINER] in front of each line, and keeps the
// lines of containers that write at the same time apart.
type Prefixes struct {
	Pod string
	On  bool

	mu sync.Mutex
}

// Writer is the way of one container's output.
type Writer struct {
	*Prefixes
	to     io.Writer
	prefix []byte
	rest   []byte // of a line that has not ended
}

// Writer is for what a container writes to one stream.
func (p *Prefixes) Writer(to io.Writer, container string) *Writer {
	w := &Writer{Prefixes: p, to: to}
	if p.On {
		w.prefix = fmt.Appendf(nil, "[pod/%s/%s] ", p.Pod, container)
	}
	return w
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
