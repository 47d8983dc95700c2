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

// window tells how many entries to ask for, and how many lines of those to
// leave out, so that the last n lines remain. The engine counts entries, and
// a long line is several: the log is read from further and further back until
// there are more lines than wanted, or no more entries.
//
// What is written between this and the reading of the log pushes lines out of
// the window: fewer come then, but whole ones.
func (e *Engine) window(ctx context.Context, l log, n int64) (tail string, skip int64, err error) {
	n = min(n, mostLines)
	l.ask.Follow, l.ask.Timestamps = false, false
	for entries := n + lead; ; entries *= 2 {
		l.ask.Tail = strconv.FormatInt(entries, 10)
		seen := &lines{}
		if err := e.readLog(ctx, l, seen, io.Discard, io.Discard); err != nil {
			return "", 0, err
		}
		if seen.ended > n || seen.most < entries {
			return l.ask.Tail, max(0, seen.ended-n), nil
		}
	}
}
