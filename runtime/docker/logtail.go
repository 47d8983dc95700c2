package docker

import (
	"context"
	"io"
	"strconv"
)

// lead is how many entries more than lines are asked for at first, so that
// the first of them is seldom the middle of a line that is wanted.
const lead = 16

// mostLines is more than any log has.
const mostLines = 1 << 40

// everything is a tail that is the whole log.
const everything = "all"

// window tells how many entries to ask for, and how many lines of those to
// leave out, so that the last n lines remain. The engine counts entries, and
// a long line is several: the log is read from further and further back until
// there are more lines than wanted, or no more entries.
//
// What is written between this and the reading of the log pushes lines out of
// the window: fewer come then, but whole ones.
func (e *Engine) window(ctx context.Context, l log, n int64) (tail string, skip int64, err error) {
	if e.podman() { // whose tail puts parts of different lines together
		seen, err := e.count(ctx, l, everything)
		return everything, max(0, seen.ended-n), err
	}
	for entries := min(n, mostLines) + lead; ; entries *= 2 {
		tail = strconv.FormatInt(entries, 10)
		seen, err := e.count(ctx, l, tail)
		if err != nil || seen.ended > n || seen.most < entries {
			return tail, max(0, seen.ended-n), err
		}
	}
}

// count reads a log for the number of its lines.
func (e *Engine) count(ctx context.Context, l log, tail string) (lines, error) {
	l.ask.Follow, l.ask.Timestamps, l.ask.Tail = false, false, tail
	var seen lines
	err := e.readLog(ctx, l, &seen, io.Discard, io.Discard)
	return seen, err
}
