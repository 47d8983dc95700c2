package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/cmd/minipod/internal/logs"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type logsFlags struct {
	selection
	container  string
	follow     bool
	previous   bool
	tail       *int64    // nil is all lines
	since      time.Time // zero is from the start
	timestamps bool
	all        bool
	prefix     bool
	limit      int64
}

func newLogsCommand(io streams) *cobra.Command {
	f := &logsFlags{}
	cmd := &cobra.Command{
		Use:     "logs POD [CONTAINER...] [POD...] | -l SELECTOR",
		Short:   "Print what containers have written",
		GroupID: groupLook,
		Example: `  minipod logs web -f
  minipod logs web client
  minipod logs web/client
  minipod logs web db --tail=20`,
		ValidArgsFunction: completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd, args); err != nil {
				return err
			}
			return followed(cmd.Context(), f.run(cmd.Context(), io, args))
		},
	}
	flags := cmd.Flags()
	f.register(cmd)
	flags.StringVarP(&f.container, "container", "c", "", "the `container` (the first)")
	flags.BoolVarP(&f.follow, "follow", "f", false, "go on until the container ends")
	flags.BoolVarP(&f.previous, "previous", "p", false, "of the container before it was last restarted")
	flags.Var(value.NewLines(&f.tail), "tail", "only so many last `lines` (all, with -l 10); so does -n with a number")
	flags.Var(value.NewAgo(&f.since, time.Now), "since", "only what is newer than this `duration`: 5s, 2m, 3h")
	flags.Var(value.NewTime(&f.since), "since-time", "only what is newer than this `time`: 2026-01-02T15:04:05Z")
	flags.BoolVarP(&f.timestamps, "timestamps", "t", false, "the time in front of each line")
	flags.BoolVar(&f.all, "all-containers", false, "of all containers of the pod")
	flags.BoolVar(&f.prefix, "prefix", false, "the pod and the container in front of each line")
	flags.Var(value.NewBytes(&f.limit), "limit-bytes", "at most so many `bytes` of a container")
	completeContainerFlag(cmd, "container")
	return cmd
}

// selectedTail is how many lines of each container are printed of pods that were
// selected, as kubectl has it.
const selectedTail = 10

func (f *logsFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case f.allNamespaces && !f.selects():
		return usage(seeHelp(cmd), "-A goes with -l SELECTOR")
	case f.selects() && len(args) > 0:
		return usage(seeHelp(cmd), "logs takes one of: a pod, and -l SELECTOR")
	case f.selects() && !cmd.Flags().Changed("tail"):
		f.tail = new(int64)
		*f.tail = selectedTail
	case f.selects():
	case len(args) == 0:
		return usage(seeHelp(cmd), "logs wants a pod and, if it has several, a container")
	case len(args) == 2 && f.container != "":
		return usage(seeHelp(cmd), "two containers are named: %s and -c %s", args[1], f.container)
	case f.all && f.container != "":
		return usage(seeHelp(cmd), "--all-containers and the name of a container exclude each other")
	case f.follow && f.previous:
		return usage(seeHelp(cmd), "--follow and --previous exclude each other: what has ended writes no more")
	}
	if lines, err := strconv.ParseInt(f.namespace, 10, 64); err == nil && lines >= 0 {
		f.namespace, f.tail = "", &lines // docker logs -n 10
	}
	return cmp.Or(exclusive(cmd, "since", "since-time"), f.checkFields(kindOf("pods")))
}

func (f *logsFlags) run(ctx context.Context, io streams, args []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	all, err := f.sources(ctx, e, args)
	if err != nil {
		return err
	}
	c, lines := tell.NewConsole(io.err), logs.NewLines(io.out)
	if len(all) == 0 {
		c.Say("%s", f.none("pods"))
	}
	group, ctx := errgroup.WithContext(ctx)
	if !f.follow {
		group.SetLimit(1) // one after the other
	}
	several := !f.selects() && (len(all) > 1 || len(all[0].containers) > 1)
	for _, s := range all {
		containers, err := f.containers(c, s)
		if err != nil {
			return err
		}
		p := &logs.Writers{Lines: lines, Pod: s.Name, Prefixed: f.prefix || several}
		for _, name := range containers {
			group.Go(func() error {
				err := f.copy(ctx, e, s.World, name, p)
				if f.all && len(containers) > 1 && errors.As(err, new(*noLogsError)) {
					c.Warn(err.Error()) // the others have some
					return nil
				}
				return err
			})
		}
	}
	return group.Wait()
}

// unreadable is the error of a pod whose pause carries no manifest that this
// minipod can read.
func unreadable(ref translate.Ref) error {
	return fmt.Errorf("pod %s: the manifest on its pause cannot be read", ref)
}

// copy prints the logs of one container: what it wrote to stdout and to
// stderr, in order, on stdout, as kubectl does.
func (f *logsFlags) copy(ctx context.Context, e connection, w plan.World, container string, p *logs.Writers) error {
	attempt, err := f.attempt(w, container)
	if err != nil {
		return err
	}
	opts := engine.LogOptions{Follow: f.follow, Timestamps: f.timestamps, Tail: f.tail, Since: f.since}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stdout, stderr := p.Writer(container), p.Writer(container)
	var out, errs io.Writer = stdout, stderr
	limit := &logs.Limit{Left: f.limit, Reached: cancel}
	if f.limit > 0 {
		out, errs = limit.Writer(out), limit.Writer(errs)
	}
	err = e.Logs(ctx, attempt.ID, opts, out, errs)
	stdout.Flush()
	stderr.Flush()
	if f.limit > 0 && limit.Left == 0 {
		return nil
	}
	return err
}

// noLogsError says why a container has no logs, in the kubelet's words.
type noLogsError struct{ text string }

func (e *noLogsError) Error() string { return e.text }

// attempt is the Docker container whose logs are meant.
func (f *logsFlags) attempt(w plan.World, container string) (plan.Container, error) {
	c, ok := plan.LogsOf(w, container, plan.Turn(f.previous))
	pod := w.Want.Pod.Name
	switch {
	case ok:
		return c, nil
	case f.previous:
		return c, &noLogsError{fmt.Sprintf("previous terminated container %q in pod %q not found", container, pod)}
	}
	return c, &noLogsError{fmt.Sprintf("container %q in pod %q is waiting to start: %s", container, pod, logs.Waiting(w, container))}
}
