package main

import (
	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

func newValidateCommand(io streams) *cobra.Command {
	f := &podFlags{apart: true}
	var files []string
	cmd := &cobra.Command{
		Use:     "validate FILE...",
		Aliases: []string{"check", "lint"},
		Short:   "Check manifests",
		GroupID: groupRead,
		Long: `validate says all that is wrong in manifests, and what of them run does not
honour, and to which ConfigMaps, Secrets and claims the pods refer that are not
in the same manifests. It needs no engine. What is in order is listed on stdout.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			args = append(args, files...)
			if err := atLeast(1, "a manifest: a file, a directory, a URL, or - for stdin")(cmd, args); err != nil {
				return err
			}
			return validate(cmd, io, f, args)
		},
	}
	cmd.Flags().StringSliceVarP(&files, "filename", "f", nil, "a manifest too, as of kubectl: a `file`, directory, URL or -")
	f.register(cmd)
	return cmd
}

func validate(cmd *cobra.Command, io streams, f *podFlags, args []string) error {
	c := tell.NewConsole(io.err)
	r := f.read(cmd, io, args)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	for _, p := range r.Idle() {
		c.Note(p.String())
	}
	for _, m := range r.Pods {
		if !r.Wrong(m.Source()) {
			if lack := m.Blueprint.NoSandbox(); lack != nil {
				c.Warn(m.Problem(lack.Field, "the pod would wait: "+lack.Message).String())
			}
			tell.Result(io.out, "%s: pod/%s valid", m.Source(), m.Pod().Name)
			for _, key := range r.Absent(m) {
				c.Say("%s: pod/%s refers to %s, which is not here: run takes it from the engine", m.Source(), m.Pod().Name, objectName(key))
			}
		}
	}
	for _, m := range r.Objects {
		if file, _, _ := m.Position(""); !r.Wrong(file) {
			tell.Result(io.out, "%s: %s valid", file, objectName(m.Kept.Key()))
		}
	}
	return r.Err()
}
