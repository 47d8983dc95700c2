package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

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
}

func newNsCommand(io streams) *cobra.Command {
	f := &nsFlags{}
	cmd := &cobra.Command{
		Use:     "ns POD",
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

A container of the pause image is made for it for a moment, which looks into
the pod. Where the engine makes none, only the table is shown.`,
		Example: `  minipod ns web
  minipod ns web -o json`,
		ValidArgsFunction: completePod,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(seeHelp(cmd), "ns wants one pod")
			}
			return f.run(cmd.Context(), io, podName(args[0]))
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().VarP(value.NewChoice(&f.output, formatJSON), "output", "o", "`json`")
	complete(cmd, "output", []string{formatJSON})
	return cmd
}

func (f *nsFlags) run(ctx context.Context, io streams, name string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	pod, err := namespacesOf(ctx, e, translate.Ref{Namespace: namespaceOr(f.namespace), Name: name})
	if err != nil {
		return err
	}
	if f.output == formatJSON {
		return printNamespaces(io.out, pod)
	}
	_, err = fmt.Fprint(io.out, namespace.Draw(pod, tell.LookOn(io.out)))
	return err
}

// namespacesOf reads the namespaces of a pod that runs.
func namespacesOf(ctx context.Context, e connection, ref translate.Ref) (namespace.Pod, error) {
	w, err := e.runner.Find(ctx, ref.Namespace, ref.Name)
	switch {
	case err != nil:
		return namespace.Pod{}, err
	case w.Want == nil:
		return namespace.Pod{}, unreadable(ref)
	case w.Pause == nil || w.Pause.State != plan.Running:
		return namespace.Pod{}, &noNamespacesError{ref: ref, intent: w.Intent()}
	}
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
		return namespace.Pod{}, &noNamespacesError{ref: ref, intent: w.Intent()}
	}
	return namespace.New(w, seen), nil
}

func printNamespaces(w io.Writer, pod namespace.Pod) error {
	text, err := json.MarshalIndent(pod, "", "    ")
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
