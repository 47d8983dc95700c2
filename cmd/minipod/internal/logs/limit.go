package logs

import "io"

// Limit ends the copying of logs after so many bytes.
type Limit struct {
	Left    int64
	Reached func() // is called when there are none left
}

type limitedWriter struct {
	*Limit
	to io.Writer
}

// Writer passes on what is within the limit.
func (l *Limit) Writer(to io.Writer) io.Writer { return &limitedWriter{Limit: l, to: to} }

// Write passes on what is within the limit, and drops the rest.
func (w *limitedWriter) Write(b []byte) (int, error) {
	within := b[:min(int64(len(b)), w.Left)]
	w.Left -= int64(len(within))
	_, err := w.to.Write(within)
	if w.Left == 0 {
		w.Reached()
	}
	return len(b), err
}
