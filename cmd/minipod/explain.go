package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/explain"
	"github.com/minipod/minipod/runtime/pause"
)

func newExplainCommand(io streams) *cobra.Command {
	f := &podFlags{}
	cmd := &cobra.Command{
		Use:     "explain FILE",
		Short:   "Print the docker commands that make the same pod",
		GroupID: groupRead,
		Long: `explain prints a shell script of docker commands that makes the same pod as
run, and says for each flag which field of the manifest it comes from.`,
		Example: `  minipod explain pod.yaml
  minipod explain pod.yaml | sh`,
		Args: atLeast(1, "a manifest: a file, a directory, a URL, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return explainPods(cmd, io, f, args)
		},
	}
	f.register(cmd)
	return cmd
}

func explainPods(cmd *cobra.Command, io streams, f *podFlags, args []string) error {
	c := tell.NewConsole(io.err)
	r := f.read(cmd, io, args)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	if err := r.Err(); err != nil {
		return err
	}
	if len(r.Pods) == 0 {
		return fmt.Errorf("no Pod in %s", args[0])
	}
	archives, err := pauseArchives()
	if err != nil {
		return err
	}
	for i, m := range r.Pods {
		inputs, err := objectInputs(cmd, m.Blueprint, r.Objects)
		if err != nil {
			return err
		}
		script, err := explain.Script(m.Blueprint, explain.Options{Source: m.Source(), PauseArchives: archives, Inputs: inputs})
		if err != nil {
			return fmt.Errorf("explain pod %s: %w", m.Ref(), err)
		}
		if i > 0 {
			fmt.Fprintln(io.out)
		}
		fmt.Fprint(io.out, script)
	}
	return nil
}

// pauseArchives are minipod's own pause image for every architecture, for the
// script to load the one that its engine runs.
func pauseArchives() (map[string][]byte, error) {
	archives := map[string][]byte{}
	for _, arch := range []string{"amd64", "arm64"} {
		image, err := pause.Build(arch)
		if err != nil {
			return nil, err
		}
		if archives[arch], err = image.Gzip(); err != nil {
			return nil, err
		}
	}
	return archives, nil
}
