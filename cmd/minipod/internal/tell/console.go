// Package tell is what minipod says beside its results: what it makes of a
// pod while it is made, how the pod was left, what went wrong and what to do
// about it.
package tell

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/runtime/docker"
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
	Result(c, format, args...)
}

// line writes one line of what a container wrote, whose tabs are its own.
func (c Console) line(text string) {
	fmt.Fprintln(c, CleanLines(text))
}

// Fail says what went wrong: a line for each error that was joined.
func (c Console) Fail(err error) {
	for _, line := range lines(err) {
		c.trouble(red, "error", line)
	}
}

// Warn says what may be wrong.
func (c Console) Warn(text string) { c.trouble(yellow, "warning", text) }

// Note says what is of no account.
func (c Console) Note(text string) { c.trouble(cyan, "note", text) }

// Hint says what to do about it. On a terminal one that is too wide has a line
// for each command, so that the terminal breaks none of them that fits.
func (c Console) Hint(text string) {
	const margin = len("minipod: hint: ")
	if !c.terminal || margin+len(text) <= columns {
		c.trouble(cyan, "hint", text)
		return
	}
	for part := range strings.SplitSeq(text, "; ") {
		lines := LookOn(c.Writer).Wrap(part, margin)
		c.trouble(cyan, "hint", lines[0])
		for _, line := range lines[1:] {
			Result(c, "%s%s", strings.Repeat(" ", margin), line)
		}
	}
}

// trouble marks a line, so that it can be told from what other programs say.
func (c Console) trouble(colour, word, text string) {
	mark := word + ":"
	if c.coloured {
		mark = colour + mark + plain
	}
	fmt.Fprintf(c, "minipod: %s %s\n", mark, Clean(strings.TrimSpace(text)))
}

// lined is an error of several lines, such as the problems of manifests.
type lined interface{ Lines() []string }

// lines are the lines of an error.
func lines(err error) []string {
	switch e := err.(type) {
	case lined:
		return e.Lines()
	case interface{ Unwrap() error }:
		inner := e.Unwrap()
		if inner != nil && inner.Error() == err.Error() { // it adds a hint alone
			return lines(inner)
		}
		if lost := unreached(err); lost != nil { // which request has found that out is of no account
			return []string{lost.Error()}
		}
		lost := unreached(inner) // nor is it behind what is said of a pod
		if said, behind := strings.CutSuffix(err.Error(), inner.Error()); behind && lost != nil {
			return []string{said + lost.Error()}
		}
	case interface{ Unwrap() []error }:
		var texts, all []string
		for _, part := range e.Unwrap() {
			texts, all = append(texts, part.Error()), append(all, lines(part)...)
		}
		if strings.Join(texts, "\n") == err.Error() { // as errors.Join has it
			return all
		}
	}
	return []string{err.Error()}
}

// unreached is the engine that cannot be reached, of an error that says no more than
// at which request that was seen.
func unreached(err error) *docker.UnreachableError {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) {
		case *docker.UnreachableError:
			return e
		case interface{ Hint() string }:
			return nil
		}
	}
	return nil
}
