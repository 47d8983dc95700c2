package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"k8s.io/kubectl/pkg/util/interrupt"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// The escapes that give a program a screen of its own, without a cursor, and
// the terminal back as it was.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
)

// onTerminal draws the table again and again, until q, Ctrl-C or the end of ctx.
func (t *topTable) onTerminal(ctx context.Context, io streams) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tty := term.TTY{In: io.in, Raw: true, Parent: interrupt.New(func(os.Signal) {})} // signals end ctx
	return tty.Safe(func() error {
		if tty.IsTerminalIn() {
			go untilKey(io.in, cancel)
		}
		fmt.Fprint(io.out, enterScreen)
		defer fmt.Fprint(io.out, leaveScreen)
		err := t.live(ctx, io.out)
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	})
}

const ctrlC = 3 // a raw terminal makes no signal of it

// untilKey ends top with a key that does that. It lives as long as the process
// otherwise: the read of a terminal has no end.
func untilKey(in io.Reader, end context.CancelCauseFunc) {
	key := make([]byte, 1)
	for {
		if _, err := in.Read(key); err != nil {
			return
		}
		switch key[0] {
		case 'q':
			end(codeError(0))
			return
		case ctrlC:
			end(codeError(exitSignal + int(syscall.SIGINT)))
			return
		}
	}
}

// topRest is the time between two frames, beside that which the engine takes
// to answer: up to a second.
const topRest = time.Second

// live draws frames until ctx ends.
func (t *topTable) live(ctx context.Context, out io.Writer) error {
	for span := topSpan; ; span = topRest {
		rows, err := t.look(ctx)
		if err != nil {
			return err
		}
		if span == topRest || len(rows) == 0 {
			if _, err := io.WriteString(out, frameOn(out, string(t.text(rows)))); err != nil {
				return err
			}
		}
		if err := pauseFor(ctx, span); err != nil {
			return err
		}
	}
}

// frameOn is the frame of a table on a terminal as large as it is now.
func frameOn(out io.Writer, table string) string {
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if size := (term.TTY{Out: out}).GetSize(); size != nil && size.Height > 0 {
		lines = cutTo(lines, int(size.Height))
	}
	look := tell.LookOn(out)
	for i, line := range lines {
		lines[i] = look.Fit(line)
	}
	return frame(lines)
}

// cutTo is so many lines of a table: the heading stays, and the last one tells
// how many rows are left out.
func cutTo(lines []string, height int) []string {
	if len(lines) <= height {
		return lines
	}
	kept := max(height-1, 1)
	cut := append([]string{}, lines[:kept]...)
	if kept < height {
		cut = append(cut, fmt.Sprintf("%d more rows", len(lines)-kept))
	}
	return cut
}

// frame takes the place of what is on the screen. Each line is erased before it
// is written: after a line of the full width the cursor is on its last character.
func frame(lines []string) string {
	last := len(lines) - 1
	text := "\x1b[H"
	for _, line := range lines[:last] {
		text += "\x1b[K" + line + "\r\n"
	}
	return text + "\x1b[J" + lines[last]
}
