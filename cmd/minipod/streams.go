package main

import (
	"fmt"
	"io"
	"strings"

	"k8s.io/kubectl/pkg/util/term"
)

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // everything else
}

// The colours of what a console says about trouble.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	plain  = "\x1b[0m"
)

// console is stderr: what minipod says beside its results.
type console struct {
	io.Writer
	terminal bool
	coloured bool
}

// newConsole finds out whether a terminal reads it, and whether it may be
// coloured: NO_COLOR and TERM=dumb are obeyed.
func newConsole(w io.Writer) console {
	return console{Writer: w, terminal: term.IsTerminal(w), coloured: term.AllowsColorOutput(w)}
}

// say writes one line.
func (c console) say(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

func (c console) fail(text string) { c.trouble(red, "error", text) }
func (c console) warn(text string) { c.trouble(yellow, "warning", text) }
func (c console) hint(text string) { c.trouble(cyan, "hint", text) }

// trouble marks every line of a text, so that each can be told from what
// other programs say.
func (c console) trouble(colour, word, text string) {
	mark := word + ":"
	if c.coloured {
		mark = colour + mark + plain
	}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		c.say("minipod: %s %s", mark, strings.TrimRight(line, "\n"))
	}
}
