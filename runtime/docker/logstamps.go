package docker

import (
	"bytes"
	"time"
)

// The engine puts a time in front of each entry of a log, and a long line is
// several entries. Only the first of these times is the line's.

// entries takes the entries of one stream, one with each Write.
type entries struct {
	to      *line
	stamped bool
}

func (e *entries) Write(entry []byte) (int, error) {
	rest := entry
	if e.stamped && e.to.size > 0 {
		rest = entry[stampLength(entry):]
	}
	if _, err := e.to.Write(rest); err != nil {
		return 0, err
	}
	return len(entry), nil
}

// longestStamp is the length of a time with nine digits and a zone.
const longestStamp = len("2006-01-02T15:04:05.000000000+00:00")

// stampLength is the length of the time that text begins with and of the
// space after it; 0 where it begins with none.
func stampLength(text []byte) int {
	stamp, _, ok := bytes.Cut(text[:min(len(text), longestStamp+1)], []byte(" "))
	if !ok {
		return 0
	}
	if _, err := time.Parse(time.RFC3339Nano, string(stamp)); err != nil {
		return 0
	}
	return len(stamp) + 1
}

// dockerPart is where Docker cuts a line. Podman cuts those of a terminal
// wherever a read from it ended: its times cannot be told from the text.
const dockerPart = 16 << 10

// terminalStamps takes the times out of the middle of a terminal's lines,
// whose entries are not in frames: a time may be where a part is full.
type terminalStamps struct {
	to     *line
	inLine bool   // the time in front of the line is over
	body   int    // bytes of the part so far
	held   []byte // what may be such a time
}

func (t *terminalStamps) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n, err := t.take(rest)
		if err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// take takes some bytes of p, and tells how many.
func (t *terminalStamps) take(p []byte) (int, error) {
	switch {
	case !t.inLine:
		n := upTo(p, " \n")
		t.inLine, t.body = p[n-1] == ' ', 0
		return t.to.Write(p[:n])
	case t.body < dockerPart:
		n := upTo(p[:min(len(p), dockerPart-t.body)], "\n")
		t.inLine, t.body = p[n-1] != '\n', t.body+n
		return t.to.Write(p[:n])
	}
	n := upTo(p[:min(len(p), longestStamp+1-len(t.held))], " \n")
	t.held = append(t.held, p[:n]...)
	if last := p[n-1]; last != ' ' && last != '\n' && len(t.held) <= longestStamp {
		return n, nil // there is more to come
	}
	return n, t.flush()
}

// flush passes on what has turned out to be no time.
func (t *terminalStamps) flush() error {
	rest := t.held[stampLength(t.held):]
	t.held = t.held[:0]
	t.body = len(rest)
	if len(rest) == 0 {
		return nil
	}
	t.inLine = rest[len(rest)-1] != '\n'
	_, err := t.to.Write(rest)
	return err
}

// upTo is the length of p up to and with the first of some characters.
func upTo(p []byte, chars string) int {
	if at := bytes.IndexAny(p, chars); at >= 0 {
		return at + 1
	}
	return len(p)
}
