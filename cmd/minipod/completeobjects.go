package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// completeObjects offers pods, and the names of a kind behind KIND/ and behind a
// kind that stands in front, which is no pod.
func completeObjects(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	first, _, slashed := strings.Cut(word, "/")
	behind := func(prefix string, k *kind.Kind) ([]cobra.Completion, cobra.ShellCompDirective) {
		var offered []cobra.Completion
		for _, name := range namesOf(cmd, k) {
			if name = prefix + name; !slices.Contains(args, name) {
				offered = append(offered, name)
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
	switch {
	case slashed && kindOf(first) != nil:
		return behind(first+"/", kindOf(first))
	case len(args) > 0 && kindOf(args[0]) != nil && podToComplete(cmd, args[0]) == nil:
		return behind("", kindOf(args[0]))
	}
	return completePods(cmd, args, word)
}

// namesOf are the names of what is kept of a kind in the namespace of the command
// line.
func namesOf(cmd *cobra.Command, k *kind.Kind) []string {
	var names []string
	if k.Resource() == kind.Pods {
		for _, w := range podsToComplete(cmd) {
			names = append(names, w.Name)
		}
	} else {
		namespace, _ := cmd.Flags().GetString("namespace")
		records := asked(cmd, func(ctx context.Context, e connection) ([]object.Record, error) {
			return objectRecords(ctx, e, translate.LabelObject+"="+k.Resource())
		})
		for _, r := range records {
			if r.Key() == keyOf(k, namespaceOr(namespace), r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return tell.Clean(name) != name })
}

// podToComplete is the pod that a command line names.
func podToComplete(cmd *cobra.Command, name string) *plan.World {
	pods := podsToComplete(cmd)
	i := slices.IndexFunc(pods, func(w plan.World) bool { return w.Name == podName(name) && w.Want != nil })
	if i < 0 {
		return nil
	}
	return &pods[i]
}

// completeCopy offers pods, to go on with a path, beside the files that the shell
// finds.
func completeCopy(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 1 || strings.ContainsAny(word, ":") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offered []cobra.Completion
	pods, _ := completePods(cmd, nil, word)
	for _, name := range pods {
		if strings.HasPrefix(name, word) {
			offered = append(offered, name+":")
		}
	}
	if len(offered) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return offered, cobra.ShellCompDirectiveNoSpace
}

// completePorts offers a pod and then its ports, by number and by name.
func completePorts(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return completePods(cmd, args, word)
	}
	w := podToComplete(cmd, args[0])
	if w == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	local, _, both := strings.Cut(word, ":")
	var offered []cobra.Completion
	for _, remote := range forwardable(w.Want) {
		if both {
			remote = local + ":" + remote
		}
		if !slices.Contains(append(args[1:], offered...), remote) {
			offered = append(offered, remote)
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp
}

// forwardable are the ports that port-forward takes, as they may be given.
func forwardable(b *translate.Blueprint) []string {
	var ports []string
	for _, u := range b.Units {
		for _, p := range u.Container.Ports {
			if p.Protocol != "" && p.Protocol != v1.ProtocolTCP {
				continue
			}
			ports = append(ports, strconv.Itoa(int(p.ContainerPort)))
			if p.Name != "" {
				ports = append(ports, p.Name)
			}
		}
	}
	return ports
}
