package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

type nsFlags struct {
	namespace string
	output    string
	net       bool
	host      bool
	watch     bool
}

func newNsCommand(io streams) *cobra.Command {
	f := &nsFlags{}
	cmd := &cobra.Command{
		Use:     "ns POD [POD]",
		Short:   "Show who shares which namespaces, and why",
		GroupID: groupLook,
		Long: `ns shows the Linux namespaces of a pod's containers: the containers across,
the pause first, and the kinds of namespaces down. The number is that of the
namespace in the kernel. A line leads from it to the containers that share it;
where the line comes from the left, the namespace is the machine's. Below it
says what each kind is and why the containers share it or do not. Then comes
what is in the pod: its processes with the number that the pod knows each by
and that on the engine's machine, the listening sockets and who holds them, IPC
objects with who made them, has them open and waits for them, and volumes.

Of two pods it shows what they share and what not. --net draws the way of a
packet, from the containers to the machine. Of the rules for published ports it
shows those that Docker writes: they cannot be read through its API.

A container of the pause image is made for it for a moment, which looks into
the pod. Where the engine makes none, only the table is shown.`,
		Example: `  minipod ns web
  minipod ns web db
  minipod ns --net web
  minipod ns --host web
  minipod ns -w web
  minipod ns web -o json`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completePods(cmd, args, word)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd, args); err != nil {
				return err
			}
			return f.run(cmd.Context(), io, args)
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().VarP(value.NewChoice(&f.output, formatJSON), "output", "o", "`json`")
	cmd.Flags().BoolVar(&f.net, "net", false, "draw the way of a packet")
	cmd.Flags().BoolVar(&f.host, "host", false, "show the namespaces of the engine's machine beside the pod's")
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "go on, and show what changes")
	complete(cmd, "output", []string{formatJSON})
	return cmd
}

func (f *nsFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 || len(args) > 2:
		return usage(seeHelp(cmd), "ns wants one pod, or two to compare")
	case len(args) == 2 && podName(args[0]) == podName(args[1]):
		return usage(seeHelp(cmd), "%s is named twice", podName(args[0]))
	case len(args) == 2 && (f.net || f.host || f.watch):
		return usage(seeHelp(cmd), "--net, --host and --watch are of one pod")
	case f.net && (f.host || f.watch):
		return usage(seeHelp(cmd), "--net goes with neither --host nor --watch")
	}
	return nil
}

func (f *nsFlags) run(ctx context.Context, io streams, args []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	var refs []translate.Ref
	for _, arg := range args {
		refs = append(refs, translate.Ref{Namespace: namespaceOr(f.namespace), Name: podName(arg)})
	}
	switch {
	case len(refs) == 2:
		return f.compare(ctx, e, io, refs)
	case f.net:
		return f.wiring(ctx, e, io, refs[0])
	case f.watch:
		return followed(ctx, f.follow(ctx, e, io, refs[0]))
	}
	pod, err := f.pod(ctx, e, refs[0])
	if err != nil {
		return err
	}
	return f.show(io, pod, pod.Draw)
}

// show prints what programs read, or what is drawn of it.
func (f *nsFlags) show(io streams, found any, draw func(namespace.Look) string) error {
	if f.output == formatJSON {
		return printNamespaces(io.out, found)
	}
	_, err := fmt.Fprint(io.out, draw(tell.LookOn(io.out)))
	return err
}

func (f *nsFlags) compare(ctx context.Context, e connection, io streams, refs []translate.Ref) error {
	var pods [2]namespace.Pod
	for i, ref := range refs {
		var err error
		if pods[i], err = f.pod(ctx, e, ref); err != nil {
			return err
		}
	}
	c := namespace.Compare(pods[0], pods[1])
	return f.show(io, c, c.Draw)
}

func (f *nsFlags) wiring(ctx context.Context, e connection, io streams, ref translate.Ref) error {
	w, err := running(ctx, e, ref)
	if err != nil {
		return err
	}
	wiring, err := e.Wiring(ctx, w)
	if err != nil {
		return err
	}
	return f.show(io, wiring, wiring.Draw)
}

// nsEvery is how often a pod is looked at that is watched.
const nsEvery = 2 * time.Second

// follow shows a pod, and then what changes of it, until ctx or the pod ends.
func (f *nsFlags) follow(ctx context.Context, e connection, io streams, ref translate.Ref) error {
	pod, err := f.pod(ctx, e, ref)
	if err != nil {
		return err
	}
	if err := f.show(io, pod, pod.Draw); err != nil {
		return err
	}
	for {
		if err := pauseFor(ctx, nsEvery); err != nil {
			return err
		}
		now, err := f.pod(ctx, e, ref)
		if err != nil {
			return err
		}
		changes := namespace.Changes(pod, now)
		pod = now
		if len(changes) == 0 {
			continue
		}
		if err := f.show(io, pod, changed(changes, time.Now())); err != nil {
			return err
		}
	}
}

// changed draws changes with the time at which they were seen.
func changed(changes []string, at time.Time) func(namespace.Look) string {
	return func(l namespace.Look) string {
		var text strings.Builder
		for _, c := range changes {
			text.WriteString(l.Fit(at.Format(time.TimeOnly)+" "+c) + "\n")
		}
		return text.String()
	}
}

// pod reads a pod, with the machine where that is asked for.
func (f *nsFlags) pod(ctx context.Context, e connection, ref translate.Ref) (namespace.Pod, error) {
	pod, err := namespacesOf(ctx, e, ref)
	if err == nil && f.host {
		pod.Machine, err = e.Machine(ctx)
	}
	return pod, err
}

// running is a pod whose pause runs.
func running(ctx context.Context, e connection, ref translate.Ref) (plan.World, error) {
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil:
		return w, err
	case w.Want == nil:
		return w, unreadable(ref)
	case w.Pause == nil || w.Pause.State != plan.Running:
		return w, &noNamespacesError{ref: ref, intent: w.Intent()}
	}
	return w, nil
}

// namespacesOf reads the namespaces of a pod that runs.
func namespacesOf(ctx context.Context, e connection, ref translate.Ref) (namespace.Pod, error) {
	w, err := running(ctx, e, ref)
	if err != nil {
		return namespace.Pod{}, err
	}
	return namespacesIn(ctx, e, w)
}

func namespacesIn(ctx context.Context, e connection, w plan.World) (namespace.Pod, error) {
	ids := []string{w.Pause.ID}
	for _, c := range w.Containers {
		if c.State == plan.Running {
			ids = append(ids, c.ID)
		}
	}
	seen, err := e.Inside(ctx, w.Pause.ID, ids)
	if err != nil {
		return namespace.Pod{}, err
	}
	if _, ok := seen.Processes[w.Pause.ID]; !ok {
		return namespace.Pod{}, &noNamespacesError{ref: w.Ref(), intent: w.Intent()}
	}
	return namespace.New(w, seen), nil
}

func printNamespaces(w io.Writer, found any) error {
	text, err := json.MarshalIndent(found, "", "    ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, tell.CleanJSON(string(text)))
	return err
}

// noNamespacesError says that the pause of a pod does not run, and what was
// wanted of the pod.
type noNamespacesError struct {
	ref    translate.Ref
	intent plan.Intent
}

func (e *noNamespacesError) Error() string {
	return fmt.Sprintf("pod %s has no namespaces: they end with its pause, which does not run%s", e.ref, e.because())
}

func (e *noNamespacesError) because() string {
	switch e.intent {
	case plan.Halted:
		return " (the pod is stopped)"
	case plan.Ended:
		return " (the pod has ended)"
	case plan.Going:
		return " (the pod is being removed)"
	}
	return ""
}

// Hint names the command that makes the namespaces anew.
func (e *noNamespacesError) Hint() string {
	if e.intent == plan.Going {
		return ""
	}
	return tell.Command("start", e.ref)
}
