package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/translate"
)

// targets are the pods that a command does something to: by their names, by
// manifests, by labels, or all of them.
type targets struct {
	selection
	files []string
	all   bool
}

func (t *targets) register(cmd *cobra.Command) {
	t.selection.register(cmd)
	cmd.Flags().StringSliceVarP(&t.files, "filename", "f", nil, "what a manifest holds: a `file`, directory, URL or -")
	cmd.Flags().BoolVar(&t.all, "all", false, "all pods of the namespace")
}

// check wants one way of saying which.
func (t *targets) check(cmd *cobra.Command, args []string) error {
	ways := 0
	for _, given := range []bool{len(args) > 0, len(t.files) > 0, t.all || t.selects()} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0 && t.allNamespaces:
		return usage(fmt.Sprintf("minipod %s --all -A", cmd.Name()), "-A goes with -l SELECTOR or --all")
	case ways == 0:
		return usage(seeHelp(cmd), "%s wants pods: names, -f FILE, -l SELECTOR or --all", cmd.Name())
	case len(args) == 1 && saysKinds(args[0]) && (t.all || t.selects()):
		return usage(fmt.Sprintf("minipod %s --all is about pods", cmd.Name()), "%s takes pods: %s is a kind", cmd.Name(), args[0])
	case ways > 1:
		return usage(seeHelp(cmd), "%s takes one of: names, -f FILE, and -l SELECTOR or --all", cmd.Name())
	case t.allNamespaces && !t.all && !t.selects():
		return usage(seeHelp(cmd), "-A goes with -l SELECTOR or --all")
	}
	for _, arg := range args {
		kind, name, both := strings.Cut(arg, "/")
		if both && (kind == "" || name == "") {
			return usage(seeHelp(cmd), "%s: want a name on both sides of /, such as pod/web", arg)
		}
		if name != "" && isWorkload(kind) {
			return onlyItsPods(cmd, arg, kind, name)
		}
	}
	return nil
}

// onlyItsPods is the error of a workload, which is not kept.
func onlyItsPods(cmd *cobra.Command, said, kind, name string) error {
	hint := fmt.Sprintf("minipod %[1]s %[2]s-0 takes the first of them, minipod %[1]s -f FILE those of a manifest", cmd.Name(), name)
	return usage(hint, "%s: minipod keeps no %s, only its pods %s-0 and so on", said, kind, name)
}

// kindInFront refuses kubectl's word for a kind in front of names, unless a pod
// is called so: what follows are no pods then, and nothing is done to them. For
// delete, which is kubectl's, any word in front is one.
func (t *targets) kindInFront(cmd *cobra.Command, e connection, args []string) error {
	if len(args) < 2 || strings.Contains(args[0], "/") || saysPods(cmd, cmd.Flags().Args()) {
		return nil
	}
	kind, name := args[0], args[1]
	if !saysKinds(kind) && cmd.CalledAs() != "delete" {
		return nil
	}
	_, err := e.runner.Find(cmd.Context(), namespaceOr(t.namespace), kind)
	if !errors.As(err, new(*loop.NotFoundError)) {
		return err
	}
	said := strings.Join(args, " ")
	_, notKept := kindsIn(kind)
	switch {
	case isWorkload(strings.ToLower(kind)):
		return onlyItsPods(cmd, said, kind, name)
	case notKept == nil && cmd.Name() == "rm":
		return usage("minipod delete "+said+" means that", "rm wants names: %s is a kind", kind)
	case kindOf(kind) != nil && kindOf(kind).Resource() == "pods":
		return usage(fmt.Sprintf("minipod %s %s", cmd.Name(), strings.Join(args[1:], " ")), "%s wants names of pods: %s is a kind", cmd.Name(), kind)
	case saysKinds(kind):
		return usage(seeHelp(cmd), "%s wants names of pods: %s is a kind", cmd.Name(), kind)
	}
	hint := fmt.Sprintf("minipod %s %s if %s is a pod", cmd.Name(), strings.Join(args[1:], " "), name)
	return usage(hint, "%s: %s is no kind and no pod: nothing is done", said, kind)
}

// meant is what the command line means.
func (t *targets) meant(cmd *cobra.Command, io streams, e connection, args []string) (manifest.Names, error) {
	switch {
	case len(args) > 0:
		if err := t.kindInFront(cmd, e, args); err != nil {
			return manifest.Names{}, err
		}
		return manifest.Names{Pods: named(args, namespaceOr(t.namespace))}, nil
	case len(t.files) > 0:
		sources, err := manifest.Sources(cmd.Context(), io.manifests(), t.files)
		if errors.Is(err, fs.ErrNotExist) && cmd.Name() == "rm" && len(t.files) == 1 && !manifest.IsName(t.files[0]) {
			return manifest.Names{}, &hintedError{fmt.Errorf("%w (-f takes a manifest; docker's rm -f is rm --now)", err), "minipod rm --now " + t.files[0]}
		}
		if err != nil {
			return manifest.Names{}, err
		}
		names, err := manifest.NamesIn(sources, t.namespace)
		if err == nil && len(names.Generated) > 0 {
			err = addGenerated(cmd, e, &names)
		}
		return names, err
	}
	pods, err := t.selected(cmd, e)
	return manifest.Names{Pods: pods}, err
}

// noneTo says that there are no pods to do something to.
func (t *targets) noneTo(what string) string {
	if t.selects() {
		return t.none("pods")
	}
	return "no pods to " + what
}

// addGenerated adds the pods whose names were made up of the generateNames of
// manifests.
func addGenerated(cmd *cobra.Command, e connection, names *manifest.Names) error {
	worlds, err := e.runner.List(cmd.Context())
	for _, w := range worlds {
		if w.Want == nil || w.Want.Pod.GenerateName == "" {
			continue
		}
		if slices.Contains(names.Generated, translate.Ref{Namespace: w.Namespace, Name: w.Want.Pod.GenerateName}) {
			names.Pods = append(names.Pods, w.Ref())
		}
	}
	return err
}

// selected are the pods of the namespace, or those with the labels. Without
// labels that is also what is left of pods whose pause is gone.
func (t *targets) selected(cmd *cobra.Command, e connection) ([]translate.Ref, error) {
	if err := t.checkFields(kindOf("pods")); err != nil {
		return nil, err
	}
	var refs []translate.Ref
	if !t.selects() {
		all, err := e.Pods(cmd.Context())
		for _, ref := range all {
			if t.allNamespaces || ref.Namespace == namespaceOr(t.namespace) {
				refs = append(refs, translate.Ref{Namespace: ref.Namespace, Name: ref.Name})
			}
		}
		return slices.Compact(refs), err
	}
	worlds, err := e.runner.List(cmd.Context())
	for _, w := range choose(worlds, t.matcher()) {
		refs = append(refs, w.Ref())
	}
	return refs, err
}

// named are pods by the names of the command line, which may be pod/NAME as
// minipod and kubectl print it. Each is meant once.
func named(args []string, namespace string) []translate.Ref {
	var refs []translate.Ref
	seen := map[string]bool{}
	for _, arg := range args {
		name := podName(arg)
		if !seen[name] {
			refs = append(refs, translate.Ref{Namespace: namespace, Name: name})
		}
		seen[name] = true
	}
	return refs
}

// withoutKind are the arguments without kubectl's word for pods in front:
// delete pod web, get pods.
func withoutKind(cmd *cobra.Command, args []string) []string {
	if saysPods(cmd, args) {
		return args[1:]
	}
	return args
}

// saysPods reports whether kubectl's word for pods is in front.
func saysPods(cmd *cobra.Command, args []string) bool {
	asKubectl := slices.Contains([]string{"delete", "wait", "describe", "top"}, cmd.CalledAs())
	return asKubectl && len(args) > 0 && slices.Contains([]string{"pod", "pods", "po"}, args[0])
}

// withKind are the arguments with kubectl's words for kinds in front as KIND/NAME
// each: delete configmap a b, delete pods,services web.
func withKind(cmd *cobra.Command, args []string) []string {
	asKubectl := cmd.CalledAs() == "delete" || cmd.CalledAs() == "describe"
	if !asKubectl || len(args) < 2 || strings.Contains(args[0], "/") {
		return args
	}
	kinds, err := kindsIn(args[0])
	if err != nil {
		return args
	}
	var all []string
	for _, k := range kinds {
		for _, name := range args[1:] {
			all = append(all, k.Plural+"/"+name)
		}
	}
	return all
}
