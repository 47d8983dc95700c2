package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
)

type runFlags struct {
	podFlags
	replace bool
}

func newRunCommand(io streams) *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:     "run FILE|DIR|-|URL...",
		Short:   "Make the pods of manifests",
		GroupID: groupMake,
		Long: `run makes the pods of manifests and stays until they are up, have ended, or
cannot start. It says what it makes, and why something does not work.

All manifests are checked before anything is made. ConfigMaps and Secrets are
stored first, as kubectl apply does it. What a run makes that does
not come up is removed again. A pod that is there already and is the same is
gone on with.`,
		Example: `  minipod run pod.yaml
  minipod run -p 8080:80 pod.yaml
  cat pod.yaml | minipod run -`,
		Args: atLeast(1, "a manifest: a file, a directory, a URL, or - for stdin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.replace, "replace", false, "put the pod in the place of one of the same name that differs")
	return cmd
}

// run reads all manifests and then makes the pods, one after the other. One
// that fails does not keep the others from being made.
func (f *runFlags) run(cmd *cobra.Command, io streams, args []string) error {
	ctx, c := cmd.Context(), tell.NewConsole(io.err)
	r := f.read(cmd, io, args)
	for _, w := range r.Warnings {
		c.Warn(w.String())
	}
	if err := r.Err(); err != nil {
		return err
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	if err := applyObjects(ctx, io, e, r.Objects); err != nil {
		return err
	}
	var errs []error
	for _, m := range r.Pods {
		err := f.one(ctx, io, e, m)
		errs = append(errs, err)
		if ctx.Err() != nil || errors.Is(err, plan.ErrUnreachable) && !tell.HasFault(err) {
			break
		}
	}
	return errors.Join(errs...)
}

// one makes one pod and says what became of it.
func (f *runFlags) one(ctx context.Context, io streams, e connection, m manifest.Pod) error {
	c := tell.NewConsole(io.err)
	n := tell.NewNarrator(c, m.Blueprint)
	res, err := e.reporting(n).Run(ctx, m.Blueprint, loop.RunOptions{Replace: f.replace})
	n.Close()
	if err != nil {
		return tell.RunError(m, res, err)
	}
	word := "unchanged"
	if !res.Existed {
		word = "created"
		n.Rest(res.World)
	}
	tell.Result(io.out, "pod/%s %s", m.Pod().Name, word)
	return tell.Outcome(c, m.Ref(), res)
}
