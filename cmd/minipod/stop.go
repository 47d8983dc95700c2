package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type stopFlags struct {
	targets
	graceFlag
	detailFlags
	upkeep upkeep
	again  bool // what is stopped is started again
}

// check wants pods, and flags that agree.
func (f *stopFlags) check(cmd *cobra.Command, args []string) error {
	if err := f.targets.check(cmd, args); err != nil {
		return err
	}
	if err := f.graceFlag.check(cmd); err != nil {
		return err
	}
	return f.detailFlags.check(cmd)
}

func newStopCommand(io streams) *cobra.Command {
	f := &stopFlags{}
	cmd := &cobra.Command{
		Use:               "stop POD... | -f FILE | -l SELECTOR | --all",
		Short:             "Stop pods, to be started again later",
		GroupID:           groupMake,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.each(cmd, io, args, f.stop)
		},
	}
	f.targets.register(cmd)
	f.graceFlag.register(cmd)
	f.graceFlag.registerTime(cmd)
	return cmd
}

func newStartCommand(io streams) *cobra.Command {
	f := &stopFlags{}
	cmd := &cobra.Command{
		Use:               "start POD... | -f FILE | -l SELECTOR | --all",
		Short:             "Start pods that were stopped or have ended",
		GroupID:           groupMake,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.each(cmd, io, args, f.start)
		},
	}
	f.targets.register(cmd)
	f.detailFlags.register(cmd)
	f.upkeep.register(cmd)
	return cmd
}

func newRestartCommand(io streams) *cobra.Command {
	f := &stopFlags{again: true}
	cmd := &cobra.Command{
		Use:               "restart POD... | -f FILE | -l SELECTOR | --all",
		Short:             "Stop pods and start them again",
		GroupID:           groupMake,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.each(cmd, io, args, func(ctx context.Context, on making, ref translate.Ref) error {
				err := f.stop(ctx, on, ref)
				if err != nil && !errors.As(err, new(*loop.StartedError)) { // by another restart
					return err
				}
				return f.start(ctx, on, ref)
			})
		},
	}
	f.targets.register(cmd)
	f.graceFlag.register(cmd)
	f.graceFlag.registerTime(cmd)
	f.detailFlags.register(cmd)
	f.upkeep.register(cmd)
	return cmd
}

func (f *stopFlags) stop(ctx context.Context, on making, ref translate.Ref) error {
	waiting := tell.NewWaiting(on.console, "--now")
	defer waiting.Close()
	if err := on.reporting(waiting).Stop(ctx, ref.Namespace, ref.Name, f.seconds()); err != nil {
		later := ""
		if f.again {
			later = "; " + tell.Command("start", ref) + " starts it again"
		}
		sayHalf(ctx, on.console, on.connection, ref, later)
		return err
	}
	tell.Result(on.out, "pod/%s stopped", ref.Name)
	return nil
}

func (f *stopFlags) start(ctx context.Context, on making, ref translate.Ref) error {
	w, err := on.runner.Find(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	if w.Want == nil {
		return &loop.InvalidError{Ref: ref, Why: w.Invalid}
	}
	_, asked := plan.Start(w)
	n := tell.NewNarrator(on.console, w.Want, f.detail())
	n.From(w)
	release := attend(on.connection, ref)
	res, err := on.reporting(n).Start(ctx, ref.Namespace, ref.Name)
	n.Close()
	release()
	on.upkeep.see(ctx, on, res.World, f.detail())
	if err != nil {
		return tell.StartError(ref, res, err)
	}
	word := "unchanged"
	switch {
	case asked, startedSince(w, res.World):
		word = "started"
	case res.Step.State == plan.Up:
		word = "unchanged: it is running already"
	}
	tell.Result(on.out, "pod/%s %s", ref.Name, word)
	left := tell.Outcome{Result: res, Ref: ref, Logs: on, Events: on, Detail: f.detail(), Alone: on.alone}
	return left.Tell(ctx, on.console)
}

// startedSince reports whether a container was started since a look: the making of
// the pod was broken off before, or a restart was due.
func startedSince(before, now plan.World) bool {
	return slices.ContainsFunc(now.Containers, func(c plan.Container) bool {
		return !c.StartedAt.IsZero() && !slices.ContainsFunc(before.Containers, func(old plan.Container) bool {
			return old.ID == c.ID && old.StartedAt.Equal(c.StartedAt)
		})
	})
}

// each does something with one pod after the other; one that fails does not
// keep it from the others.
func (f *stopFlags) each(cmd *cobra.Command, io streams, args []string, do func(context.Context, making, translate.Ref) error) error {
	if err := f.check(cmd, args); err != nil {
		return err
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	meant, err := f.meant(cmd, io, e, args)
	if err != nil {
		return err
	}
	on := making{e, tell.NewConsole(io.err), io.out, len(meant.Pods) == 1, &f.upkeep}
	if len(meant.Pods) == 0 {
		on.console.Say("%s", f.noneTo(cmd.Name()))
	}
	var errs []error
	for _, ref := range meant.Pods {
		errs = append(errs, do(cmd.Context(), on, ref))
	}
	return errors.Join(errs...)
}
