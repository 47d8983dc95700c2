package main

import (
	"context"
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
				waiting := tell.NewWaiting(tell.NewConsole(io.err), "--now")
				defer waiting.Close()
				if err := e.reporting(waiting).Stop(cmd.Context(), ref.Namespace, ref.Name, f.seconds()); err != nil {
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
	detail := &detailFlags{}
	cmd := &cobra.Command{
		Use:               "start POD...",
		Short:             "Start pods that were stopped or have ended",
		GroupID:           groupMake,
		Args:              atLeast(1, "the name of a pod"),
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := detail.check(cmd); err != nil {
				return err
			}
			return eachPod(args, namespace, func(e connection, ref translate.Ref) error {
				on := making{e, tell.NewConsole(io.err), io.out, len(args) == 1}
				return startPod(cmd.Context(), on, ref, detail.detail())
			})
		},
	}
	registerNamespace(cmd, &namespace)
	detail.register(cmd)
	return cmd
}

func startPod(ctx context.Context, on making, ref translate.Ref, detail tell.Detail) error {
	w, err := on.runner.Find(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	r := on.runner
	if w.Want != nil {
		n := tell.NewNarrator(on.console, w.Want, detail)
		defer n.Close()
		r = on.reporting(n)
	}
	res, err := r.Start(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	tell.Result(on.out, "pod/%s started", ref.Name)
	left := tell.Outcome{Result: res, Ref: ref, Logs: on, Detail: detail, Alone: on.alone}
	return left.Tell(ctx, on.console)
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
