package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// completionTime bounds how long a shell waits for the engine.
const completionTime = time.Second

// completePods offers the names of the namespace's pods, behind pod/ too.
func completePods(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	prefix := ""
	if k, _, slashed := strings.Cut(word, "/"); slashed && podName(word) != word {
		prefix = k + "/"
	}
	var names []cobra.Completion
	for _, w := range podsToComplete(cmd) {
		if name := prefix + w.Name; !slices.Contains(args, name) && tell.Clean(name) == name {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeLabels offers the labels of the namespace's pods.
func completeLabels(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	for _, w := range podsToComplete(cmd) {
		for key, text := range labelsOf(w) {
			all = append(all, key+"="+text)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
}

// completePod is completePods for a command that takes one pod.
func completePod(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completePods(cmd, args, word)
}

// completeContainers offers a pod and then its containers.
func completeContainers(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completePods(cmd, args, word)
	case 1:
		return containersOf(cmd, args[0]), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeContainerFlag offers for a flag the containers of the pod that the
// command line names.
func completeContainerFlag(cmd *cobra.Command, flag string) {
	offer(cmd, flag, func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return containersOf(cmd, args[0]), cobra.ShellCompDirectiveNoFileComp
	})
}

// complete offers the values of a flag.
func complete(cmd *cobra.Command, flag string, values []string) {
	offer(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// offer sets what completes a flag. The one error of cobra's is a flag that
// does not exist, or has a completion: without it nothing is offered.
func offer(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, f)
}

func containersOf(cmd *cobra.Command, pod string) []cobra.Completion {
	if w := podToComplete(cmd, pod); w != nil {
		return containerNames(w.Want.Pod)
	}
	return nil
}

// completeNamespaces offers the namespaces in which there is something, and those
// that are objects.
func completeNamespaces(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := asked(cmd, func(ctx context.Context, e connection) ([]string, error) {
		refs, err := e.Pods(ctx)
		names := []string{v1.NamespaceDefault}
		for _, ref := range refs {
			names = append(names, ref.Namespace)
		}
		if err != nil {
			return nil, err
		}
		all, err := objectRecords(ctx, e, translate.LabelObject)
		for _, r := range all {
			name := r.Namespace
			if key := r.Key(); key.Resource == object.Namespaces {
				name = key.Name
			}
			if name != "" && r.Pod() == "" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return slices.Compact(names), err
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// plainUsages has flags say in completions what they say in help: there the name of
// a value stands in backticks for pflag to find.
func plainUsages(cmd *cobra.Command) {
	for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = strings.ReplaceAll(f.Usage, "`", "") })
	}
	for _, sub := range cmd.Commands() {
		plainUsages(sub)
	}
}

// completeNetworks offers the engine's networks.
func completeNetworks(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := asked(cmd, func(ctx context.Context, e connection) ([]string, error) { return e.Networks(ctx) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// podsToComplete are the pods of the namespace that the command line names.
func podsToComplete(cmd *cobra.Command) []plan.World {
	s := selection{}
	s.namespace, _ = cmd.Flags().GetString("namespace")
	return asked(cmd, func(ctx context.Context, e connection) ([]plan.World, error) {
		worlds, err := e.runner.List(ctx)
		return choose(worlds, s.matcher()), err
	})
}

// asked is what the engine answers to a completion; nothing where it does not
// answer soon.
func asked[T any](cmd *cobra.Command, ask func(context.Context, connection) ([]T, error)) []T {
	e, err := connect()
	if err != nil {
		return nil
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	found, err := ask(ctx, e)
	if err != nil {
		return nil
	}
	return found
}
