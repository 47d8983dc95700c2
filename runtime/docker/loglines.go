package docker

import (
	"bytes"
	"io"
)

// mostHeld is how much of a line is kept until its end comes. What of a
// longer line is there is written, and others may come between.
const mostHeld = 1 << 20

// leastPart is less than any engine makes the entries of its log that hold
// a part of a line: Docker cuts lines at 16 KiB.
const leastPart = 4 << 10

// lines are those of a log, of both its streams.
type lines struct {
	skip  int64 // so many of the first are left out
	ended int64
	most  int64 // the entries that they were in are no more than that
}

// line passes on the lines of one stream. A line is written when it is
// complete, so that those of the other stream do not come in its middle.
type line struct {
	all  *lines
	to   io.Writer
	most int // bytes that are held
	held []byte
	size int64 // of the line so far, 0 between lines
	lost bool  // what there was of the line was too long to be kept
}

// Write takes any part of the stream.
func (l *line) Write(p []byte) (int, error) {
	for part := range bytes.Lines(p) {
		l.size += int64(len(part))
		l.held = append(l.held, part...)
		var err error
		switch {
		case part[len(part)-1] == '\n':
			err = l.end()
		case len(l.held) > l.most:
			err = l.give()
		}
		if err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// end ends a line.
func (l *line) end() error {
	err := l.give()
	l.all.ended++
	l.all.most += l.size/leastPart + 1
	l.all.skip = max(0, l.all.skip-1)
	l.size, l.lost = 0, false
	return err
}

// give writes what is held, unless the line is one to be left out.
func (l *line) give() error {
	l.lost = l.lost || l.all.skip > 0
	held := l.held
	l.held = l.held[:0]
	if l.lost || len(held) == 0 {
		return nil
	}
	_, err := l.to.Write(held)
	return err
}

// flush ends a line that has no end.
func (l *line) flush() error {
	if l.size == 0 {
		return nil
	}
	return l.end()
}
