package main

import (
	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// detailFlags say how much is told of what is done.
type detailFlags struct {
	quiet, verbose bool
}

func (f *detailFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but results and trouble")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "tell of every operation")
}

func (f *detailFlags) check(cmd *cobra.Command) error { return exclusive(cmd, "quiet", "verbose") }

func (f *detailFlags) detail() tell.Detail {
	switch {
	case f.quiet:
		return tell.Quiet
	case f.verbose:
		return tell.Full
	}
	return tell.Brief
}
