package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/namespace"
)

// fitHelp has the lists of flags and commands in help fit the terminal that they
// are read on.
func fitHelp(root *cobra.Command, io streams) {
	usage := root.UsageFunc()
	item := regexp.MustCompile(`^ +(-\w, )?\S+( \S+)?  +`) // a flag or a command, before its text
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		if !term.IsTerminal(io.out) {
			return usage(cmd)
		}
		look, out := tell.LookOn(io.out), cmd.OutOrStderr()
		var text bytes.Buffer
		cmd.SetOut(&text)
		err := usage(cmd)
		cmd.SetOut(out)
		for line := range strings.Lines(text.String()) {
			line = strings.TrimSuffix(line, "\n")
			fmt.Fprintln(out, fitted(line, len(item.FindString(line)), look))
		}
		return err
	})
}

// leastRoom is how many columns a text has to have to be broken at their end.
const leastRoom = 20

// fitted is a line in as many as it takes to fit, all but the first behind a
// margin.
func fitted(line string, margin int, look namespace.Look) string {
	if len(line) <= look.Width || margin == 0 || look.Width-margin < leastRoom {
		return line
	}
	text := strings.Join(look.Wrap(line[margin:], margin), "\n"+strings.Repeat(" ", margin))
	return line[:margin] + text
}
