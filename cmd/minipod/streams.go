package main

import (
	"io"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // everything else
}

// manifests are where manifests come from, and who is told of those that are
// waited for.
func (s streams) manifests() manifest.Input {
	return manifest.Input{Stdin: s.in, Tell: func(text string) { tell.NewConsole(s.err).Say("%s", text) }}
}
