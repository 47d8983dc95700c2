package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

type attachFlags struct {
	namespace string
	container string
	stdin     bool
	tty       bool
	quiet     bool
	replay    bool // what was written before is printed too
}

func newAttachCommand(io streams) *cobra.Command {
	f := &attachFlags{}
	cmd := &cobra.Command{
		Use:     "attach [-it] [-c CONTAINER] POD[/CONTAINER]",
		Short:   "Attach to the process of a container that runs",
		GroupID: groupLook,
		Long: `attach prints what the process of a container writes from now on, and with -i
passes stdin on to it, where its manifest says stdin: true. It ends with the
container, or with Ctrl-C; the container goes on.`,
		Example: `  minipod attach web
  minipod attach -it shell -c main`,
		ValidArgsFunction: completePod,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(seeOne(cmd, args), "attach wants one pod")
			}
			pod, container, err := podAndContainer(args[0], f.container)
			if err != nil {
				return err
			}
			f.container = container
			return f.run(cmd.Context(), io, pod)
		},
	}
	registerNamespace(cmd, &f.namespace)
	cmd.Flags().StringVarP(&f.container, "container", "c", "", "the `container` (the first)")
	cmd.Flags().BoolVarP(&f.stdin, "stdin", "i", false, "pass stdin on")
	cmd.Flags().BoolVarP(&f.tty, "tty", "t", false, "lend the container the terminal")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print only what the container prints")
	completeContainerFlag(cmd, "container")
	return cmd
}

func (f *attachFlags) run(ctx context.Context, io streams, name string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	c := tell.NewConsole(io.err)
	running, note, err := findRunning(ctx, e, translate.Ref{Namespace: namespaceOr(f.namespace), Name: name}, f.container, "attach to")
	if err != nil {
		return err
	}
	if note != "" && !f.quiet {
		c.Say("%s", note)
	}
	return followed(ctx, f.attach(ctx, c, io, e, running.ID))
}

// attach connects the streams with a container, in a terminal where one is
// asked for and there is one.
func (f *attachFlags) attach(ctx context.Context, c tell.Console, io streams, e connection, id string) error {
	s := engine.Stdio{Stdout: io.out, Stderr: io.err, Replay: f.replay}
	if f.stdin {
		s.Stdin = io.in
	}
	if f.tty {
		if t, ok := newTerminal(io, f.stdin); ok {
			if !f.quiet && !f.replay {
				c.Say("If you don't see a command prompt, try pressing enter.")
			}
			return t.lend(ctx, s, func(ctx context.Context, s engine.Stdio) error { return e.Attach(ctx, id, s) })
		}
		c.Warn("-t without a terminal: the container gets none")
	}
	return e.Attach(ctx, id, s)
}
