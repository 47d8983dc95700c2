package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// The groups that help lists the commands in.
const (
	groupMake = "make"
	groupLook = "look"
	groupRead = "read"
)

const about = `minipod runs Kubernetes Pods on a plain Docker Engine and shows what a Pod is
made of.

  minipod run pod.yaml       make the pod of a manifest
  minipod explain pod.yaml   print the docker commands that make the same pod

No cluster and no daemon: what minipod knows of a pod is in the engine. It is
the engine that docker would use: DOCKER_HOST, or the current docker context.`

func newRootCommand(io streams) *cobra.Command {
	root := &cobra.Command{
		Use:               "minipod",
		Short:             "Kubernetes Pods on a plain Docker Engine",
		Long:              about,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: notEmpty,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args...)
			}
			if version, err := cmd.Flags().GetBool("version"); err == nil && version {
				tell.Result(io.out, "%s", versionText())
				return nil
			}
			return cmd.Help()
		},
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(flagError)
	root.Flags().Bool("version", false, "print the version of minipod")
	root.AddGroup(
		&cobra.Group{ID: groupMake, Title: "Make and remove pods:"},
		&cobra.Group{ID: groupLook, Title: "Look at pods:"},
		&cobra.Group{ID: groupRead, Title: "Read manifests (no engine needed):"},
	)
	root.AddCommand(
		newRunCommand(io), newStopCommand(io), newStartCommand(io), newRestartCommand(io), newRmCommand(io),
		newPsCommand(io), newGetCommand(io), newDescribeCommand(io), newLearnCommand(io), newEventsCommand(io), newWaitCommand(io), newNsCommand(io), newDiagnoseCommand(io), newLogsCommand(io), newExecCommand(io), newAttachCommand(io), newDebugCommand(io),
		newPortForwardCommand(io), newCpCommand(io), newTopCommand(io),
		newExplainCommand(io), newValidateCommand(io),
		newServeCommand(io), newSuperviseCommand(io), newVersionCommand(io), newManCommand(io),
	)
	for _, cmd := range root.Commands() {
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return kindSaid(cmd, args, run(cmd, args)) }
	}
	strictHelp(root)
	strictCompletion(root)
	fitHelp(root, io)
	return root
}

// strictCompletion has completion for a shell that is not known be an error.
func strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, _ := root.Find([]string{"completion"})
	completion.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return usage("minipod completion bash|zsh|fish|powershell", "there is no completion for %q", args[0])
	}
	completion.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// strictHelp has help of a command that there is not be an error.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.RunE = func(_ *cobra.Command, args []string) error {
		cmd, rest, err := root.Find(args)
		switch {
		case err != nil:
			return err
		case len(rest) > 0:
			return unknownCommand(root, rest...)
		}
		cmd.InitDefaultHelpFlag()
		return cmd.Help()
	}
}

// unknownCommand names the command that is nearest.
func unknownCommand(root *cobra.Command, words ...string) error {
	hint, word := seeHelp(root), words[0]
	if habit := habitHint(words...); habit != "" {
		hint = habit
	} else if near := nearestCommand(root, word); near != "" {
		hint = "did you mean minipod " + near + "?"
	}
	return usage(hint, "there is no command %q", word)
}

func seeHelp(cmd *cobra.Command) string { return cmd.CommandPath() + " --help" }

// atLeast wants so many arguments or more; what names them.
func atLeast(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return usage(seeHelp(cmd), "%s wants %s", cmd.Name(), what)
		}
		return nil
	}
}

// notEmpty refuses an empty argument: it is a variable of a script that is not set,
// and names nothing. Those of a command to run are the command's.
func notEmpty(cmd *cobra.Command, args []string) error {
	own := args
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		own = args[:at]
	}
	if cmd.Name() == "exec" {
		own = own[:min(1, len(own))]
	}
	if cmd.Name() != cobra.ShellCompRequestCmd && slices.Contains(own, "") {
		return usage(seeHelp(cmd), "%s: an argument is empty", cmd.Name())
	}
	return nil
}

// none wants no arguments.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(seeHelp(cmd), "%s takes no arguments, got %q", cmd.Name(), args[0])
	}
	return nil
}

// exclusive wants at most one of some flags.
func exclusive(cmd *cobra.Command, flags ...string) error {
	var given []string
	for _, name := range flags {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return usage(seeHelp(cmd), "%s exclude each other", strings.Join(given, " and "))
	}
	return nil
}
