package tell

import (
	"io"

	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/runtime/namespace"
)

// paper is the width of what no terminal shows.
const paper = 80

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
