package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newValidateCommand(io streams) *cobra.Command {
	f := &podFlags{runOf: apart}
	cmd := &cobra.Command{
		Use:     "validate FILE...",
		Aliases: []string{"check", "lint"},
		Short:   "Check manifests",
		GroupID: groupRead,
		Long: `validate says all that is wrong in manifests, and what of them run does not
honour. What is in order is listed on stdout.`,
		Args: atLeast(1, "a manifest: a file, a directory, a URL, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return validate(cmd, io, f, args)
		},
	}
	f.register(cmd)
	return cmd
}

func validate(cmd *cobra.Command, io streams, f *podFlags, args []string) error {
	c := newConsole(io.err)
	r := f.read(cmd.Context(), io, cmd, args)
	for _, w := range r.warnings {
		c.warn(w.String())
	}
	for _, m := range r.pods {
		if !r.wrong(m.source()) {
			fmt.Fprintf(io.out, "%s: pod/%s valid\n", m.source(), m.Pod().Name)
		}
	}
	return r.err()
}

// wrong tells whether something is wrong in a file.
func (r *reading) wrong(file string) bool {
	for _, p := range r.problems {
		if p.File == file {
			return true
		}
	}
	return false
}
