package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/translate"
)

type stopFlags struct {
	graceFlag
	namespace string
}

func newStopCommand(io streams) *cobra.Command {
	f := &stopFlags{}
	cmd := &cobra.Command{
		Use:               "stop POD...",
		Short:             "Stop pods, to be started again later",
		GroupID:           groupMake,
		Args:              atLeast(1, "the name of a pod"),
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return eachPod(args, f.namespace, func(e connection, ref translate.Ref) error {
				if err := e.runner.Stop(cmd.Context(), ref.Namespace, ref.Name, f.seconds()); err != nil {
					return err
				}
				tell.Result(io.out, "pod/%s stopped", ref.Name)
				return nil
			})
		},
	}
	registerNamespace(cmd, &f.namespace)
	f.register(cmd)
	return cmd
}

func newStartCommand(io streams) *cobra.Command {
	var namespace string
	cmd := &cobra.Command{
		Use:               "start POD...",
		Short:             "Start pods that were stopped or have ended",
		GroupID:           groupMake,
		Args:              atLeast(1, "the name of a pod"),
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			return eachPod(args, namespace, func(e connection, ref translate.Ref) error {
				return startPod(cmd, io, e, ref)
			})
		},
	}
	registerNamespace(cmd, &namespace)
	return cmd
}

func startPod(cmd *cobra.Command, io streams, e connection, ref translate.Ref) error {
	c := tell.NewConsole(io.err)
	w, err := e.runner.Find(cmd.Context(), ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	r := e.runner
	if w.Want != nil {
		n := tell.NewNarrator(c, w.Want)
		defer n.Close()
		r = e.reporting(n)
	}
	res, err := r.Start(cmd.Context(), ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	tell.Result(io.out, "pod/%s started", ref.Name)
	return tell.Outcome(c, ref, res)
}

// eachPod does something with one pod after the other; one that fails does
// not keep it from the others.
func eachPod(args []string, namespace string, do func(connection, translate.Ref) error) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	var errs []error
	for _, ref := range named(args, namespaceOr(namespace)) {
		errs = append(errs, do(e, ref))
	}
	return errors.Join(errs...)
}
