// Package tell is what minipod says beside its results: what it makes of a
// pod while it is made, how the pod was left, what went wrong and what to do
// about it.
package tell

import (
	"fmt"
	"io"
	"strings"

	"k8s.io/kubectl/pkg/util/term"
)

// The colours of what a console says about trouble.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	plain  = "\x1b[0m"
)

// Console is stderr: what minipod says beside its results.
type Console struct {
	io.Writer
	terminal bool
	coloured bool
}

// NewConsole finds out whether a terminal reads it, and whether it may be
// coloured: NO_COLOR and TERM=dumb are obeyed.
func NewConsole(w io.Writer) Console {
	return Console{Writer: w, terminal: term.IsTerminal(w), coloured: term.AllowsColorOutput(w)}
}

// Say writes one line.
func (c Console) Say(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// Fail says what went wrong.
func (c Console) Fail(text string) { c.trouble(red, "error", text) }

// Warn says what may be wrong.
func (c Console) Warn(text string) { c.trouble(yellow, "warning", text) }

// Hint says what to do about it.
func (c Console) Hint(text string) { c.trouble(cyan, "hint", text) }

// trouble marks every line of a text, so that each can be told from what
// other programs say.
func (c Console) trouble(colour, word, text string) {
	mark := word + ":"
	if c.coloured {
		mark = colour + mark + plain
	}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		c.Say("minipod: %s %s", mark, strings.TrimRight(line, "\n"))
	}
}
