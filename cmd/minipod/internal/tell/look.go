package tell

import (
	"fmt"
	"io"
	"strings"

	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/runtime/namespace"
)

// paper is the width of what no terminal shows.
const paper = 80

// Prose writes a sentence: on a terminal in lines that fit it, all but the first
// behind a margin. Elsewhere it is one line, for programs.
func Prose(w io.Writer, margin int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !term.IsTerminal(w) {
		Result(w, "%s", text)
		return
	}
	for i, line := range LookOn(w).Wrap(text, margin) {
		if i > 0 {
			line = strings.Repeat(" ", margin) + line
		}
		Result(w, "%s", line)
	}
}

// Indented writes a line behind a margin: on a terminal in as many as it takes to
// fit, and as it is elsewhere.
func Indented(w io.Writer, margin int, text string) {
	lines := []string{text}
	if look := LookOn(w); term.IsTerminal(w) && len([]rune(Clean(text))) > look.Width-margin {
		lines = look.Wrap(text, margin)
	}
	for _, line := range lines {
		Result(w, "%s%s", strings.Repeat(" ", margin), line)
	}
}

// LookOn is how a pod's namespaces are drawn on w: as wide as the terminal,
// and in colour where it may be.
func LookOn(w io.Writer) namespace.Look {
	look := namespace.Look{Width: paper}
	if size := (term.TTY{Out: w}).GetSize(); size != nil && size.Width > 0 {
		look.Width = int(size.Width)
	}
	if term.AllowsColorOutput(w) {
		look.Colours = namespace.Colours{Shared: cyan, Machine: yellow, Down: red, Plain: plain}
	}
	return look
}
