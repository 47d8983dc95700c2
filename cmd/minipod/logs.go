package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/cmd/minipod/internal/logs"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type logsFlags struct {
	namespace  string
	container  string
	follow     bool
	previous   bool
	tail       int64
	since      time.Duration
	sinceTime  string
	timestamps bool
	all        bool
	prefix     bool
	limit      int64
}

// everything is the value of --tail that means all lines.
const everything = -1

func newLogsCommand(io streams) *cobra.Command {
	f := &logsFlags{}
	cmd := &cobra.Command{
		Use:               "logs POD [CONTAINER]",
		Short:             "Print what containers have written",
		GroupID:           groupLook,
		ValidArgsFunction: completeContainers,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd, args); err != nil {
				return err
			}
			return followed(cmd.Context(), f.run(cmd.Context(), io, podName(args[0])))
		},
	}
	flags := cmd.Flags()
	registerNamespace(cmd, &f.namespace)
	flags.StringVarP(&f.container, "container", "c", "", "the container (the first)")
	flags.BoolVarP(&f.follow, "follow", "f", false, "go on until the container ends")
	flags.BoolVarP(&f.previous, "previous", "p", false, "of the container before it was last restarted")
	flags.Int64Var(&f.tail, "tail", everything, "only so many last `lines`")
	flags.DurationVar(&f.since, "since", 0, "only what is newer than this `duration`: 5s, 2m, 3h")
	flags.StringVar(&f.sinceTime, "since-time", "", "only what is newer than this `time`: 2026-01-02T15:04:05Z")
	flags.BoolVar(&f.timestamps, "timestamps", false, "the time in front of each line")
	flags.BoolVar(&f.all, "all-containers", false, "of all containers of the pod")
	flags.BoolVar(&f.prefix, "prefix", false, "the pod and the container in front of each line")
	flags.Int64Var(&f.limit, "limit-bytes", 0, "at most so many `bytes` of a container")
	completeContainerFlag(cmd)
	return cmd
}

func (f *logsFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 || len(args) > 2:
		return usage(seeHelp(cmd), "logs wants a pod and, if it has several, a container")
	case len(args) == 2 && f.container != "":
		return usage(seeHelp(cmd), "two containers are named: %s and -c %s", args[1], f.container)
	case f.all && (f.container != "" || len(args) == 2):
		return usage(seeHelp(cmd), "--all-containers and the name of a container exclude each other")
	case f.follow && f.previous:
		return usage(seeHelp(cmd), "--follow and --previous exclude each other: what has ended writes no more")
	case f.tail < everything:
		return usage(seeHelp(cmd), "--tail=%d: want a number of lines, or -1 for all", f.tail)
	case f.limit < 0:
		return usage(seeHelp(cmd), "--limit-bytes=%d: want a number of bytes", f.limit)
	case f.since < 0:
		return usage(seeHelp(cmd), "--since=%s: want a duration that is over", f.since)
	}
	if _, err := time.Parse(time.RFC3339, f.sinceTime); f.sinceTime != "" && err != nil {
		return usage(seeHelp(cmd), "--since-time=%s: want a time such as 2026-01-02T15:04:05Z", f.sinceTime)
	}
	if len(args) == 2 {
		f.container = args[1]
	}
	return exclusive(cmd, "since", "since-time")
}

func (f *logsFlags) run(ctx context.Context, io streams, name string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	w, err := f.find(ctx, e, name)
	if err != nil {
		return err
	}
	containers, err := f.containers(tell.NewConsole(io.err), w)
	if err != nil {
		return err
	}
	p := &logs.Prefixes{Pod: name, On: f.prefix}
	group, ctx := errgroup.WithContext(ctx)
	if !f.follow {
		group.SetLimit(1) // one after the other
	}
	for _, c := range containers {
		group.Go(func() error { return f.copy(ctx, io, e, w, c, p) })
	}
	return group.Wait()
}

func (f *logsFlags) find(ctx context.Context, e connection, name string) (plan.World, error) {
	namespace := namespaceOr(f.namespace)
	w, err := e.runner.Find(ctx, namespace, name)
	if err == nil && w.Want == nil {
		err = unreadable(translate.Ref{Namespace: namespace, Name: name})
	}
	return w, err
}

// unreadable is the error of a pod whose pause carries no manifest that this
// minipod can read.
func unreadable(ref translate.Ref) error {
	return fmt.Errorf("pod %s: the manifest on its pause cannot be read", ref)
}

func (f *logsFlags) containers(c tell.Console, w plan.World) ([]string, error) {
	if f.all {
		return startOrder(w.Want.Pod), nil
	}
	name, note, err := chooseContainer(w, f.container)
	if note != "" {
		c.Say("%s", note)
	}
	return []string{name}, err
}

// copy prints the logs of one container: what it wrote to stdout and to
// stderr, in order, on stdout, as kubectl does.
func (f *logsFlags) copy(ctx context.Context, s streams, e connection, w plan.World, container string, p *logs.Prefixes) error {
	attempt, err := f.attempt(w, container)
	if err != nil {
		return err
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stdout, stderr := p.Writer(s.out, container), p.Writer(s.out, container)
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

func (f *logsFlags) options() (engine.LogOptions, error) {
	opts := engine.LogOptions{Follow: f.follow, Timestamps: f.timestamps}
	if f.tail != everything {
		opts.Tail = &f.tail
	}
	var err error
	switch {
	case f.since > 0:
		opts.Since = time.Now().Add(-f.since)
	case f.sinceTime != "":
		opts.Since, err = time.Parse(time.RFC3339, f.sinceTime)
	}
	return opts, err
}

// attempt is the Docker container whose logs are meant. The words are the
// kubelet's.
func (f *logsFlags) attempt(w plan.World, container string) (plan.Container, error) {
	c, ok := plan.LogsOf(w, container, plan.Turn(f.previous))
	pod := w.Want.Pod.Name
	switch {
	case ok:
		return c, nil
	case f.previous:
		return c, fmt.Errorf("previous terminated container %q in pod %q not found", container, pod)
	}
	return c, fmt.Errorf("container %q in pod %q is waiting to start: %s", container, pod, logs.Waiting(w, container))
}
