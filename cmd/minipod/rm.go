package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

type rmFlags struct {
	selection
	graceFlag
	files          []string
	all            bool
	ignoreNotFound bool
}

func newRmCommand(io streams) *cobra.Command {
	f := &rmFlags{}
	cmd := &cobra.Command{
		Use:     "rm POD... | -f FILE | -l SELECTOR | --all",
		Aliases: []string{"delete", "remove"},
		Short:   "Remove pods and all that is their own",
		GroupID: groupMake,
		Example: `  minipod rm web
  minipod rm -f pod.yaml
  minipod rm --now -l app=test`,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd, args); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.selection.register(cmd)
	f.graceFlag.register(cmd)
	cmd.Flags().StringArrayVarP(&f.files, "filename", "f", nil, "remove the pods, ConfigMaps and Secrets of a manifest: a `file`, directory, URL or -")
	cmd.Flags().BoolVar(&f.all, "all", false, "remove all pods of the namespace")
	cmd.Flags().BoolVar(&f.ignoreNotFound, "ignore-not-found", false, "a pod that is not there is no error")
	return cmd
}

func (f *rmFlags) check(cmd *cobra.Command, args []string) error {
	ways := 0
	for _, given := range []bool{len(args) > 0, len(f.files) > 0, f.all || f.selects()} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		return usage(seeHelp(cmd), "rm wants pods: names, -f FILE, -l SELECTOR or --all")
	case ways > 1:
		return usage(seeHelp(cmd), "rm takes one of: names, -f FILE, and -l SELECTOR or --all")
	case f.allNamespaces && !f.all && !f.selects():
		return usage(seeHelp(cmd), "-A goes with -l SELECTOR or --all")
	}
	return f.graceFlag.check(cmd)
}

// removers bounds how many pods are removed at a time.
const removers = 8

func (f *rmFlags) run(cmd *cobra.Command, io streams, args []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	meant, err := f.meant(cmd, io, e, args)
	if err != nil {
		return err
	}
	if len(meant.Pods)+len(meant.Objects) == 0 {
		tell.NewConsole(io.err).Say("no pods to remove")
	}
	err = f.remove(cmd.Context(), io, e, meant.Pods)
	return errors.Join(err, f.removeObjects(cmd.Context(), io, e, meant.Objects))
}

// removeObjects removes what run has stored of the same manifests.
func (f *rmFlags) removeObjects(ctx context.Context, io streams, e records, keys []object.Key) error {
	var errs []error
	for _, key := range keys {
		err := removeObject(ctx, e, key)
		switch {
		case err == nil:
			tell.Result(io.out, "%s removed", objectName(key))
		case !f.ignoreNotFound || !errors.As(err, new(*absentError)):
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// remove removes pods side by side; one that fails does not keep the others.
func (f *rmFlags) remove(ctx context.Context, io streams, e connection, refs []translate.Ref) error {
	var group errgroup.Group
	group.SetLimit(removers)
	var mu sync.Mutex
	errs := make([]error, len(refs))
	for i, ref := range refs {
		group.Go(func() error {
			waiting := tell.NewWaiting(tell.NewConsole(io.err), "--now")
			defer waiting.Close()
			err := e.reporting(waiting).Remove(ctx, ref.Namespace, ref.Name, f.seconds())
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				tell.Result(io.out, "pod/%s removed", ref.Name)
			case !f.ignoreNotFound || !errors.As(err, new(*loop.NotFoundError)):
				errs[i] = err
			}
			return nil
		})
	}
	return errors.Join(group.Wait(), errors.Join(errs...))
}

// meant is what the command line means.
func (f *rmFlags) meant(cmd *cobra.Command, io streams, e connection, args []string) (manifest.Names, error) {
	switch {
	case len(args) > 0:
		return manifest.Names{Pods: named(args, namespaceOr(f.namespace))}, nil
	case len(f.files) > 0:
		sources, err := manifest.Sources(cmd.Context(), io.in, f.files)
		if errors.Is(err, fs.ErrNotExist) {
			return manifest.Names{}, fmt.Errorf("%w (-f takes a manifest; minipod rm --now POD removes a pod at once)", err)
		}
		if err != nil {
			return manifest.Names{}, err
		}
		return manifest.NamesIn(sources, f.namespace)
	}
	pods, err := f.selected(cmd, e)
	return manifest.Names{Pods: pods}, err
}

// selected are the pods of the namespace, or those with the labels. Without
// labels that is also what is left of pods whose pause is gone.
func (f *rmFlags) selected(cmd *cobra.Command, e connection) ([]translate.Ref, error) {
	var refs []translate.Ref
	if !f.selects() {
		all, err := e.Pods(cmd.Context())
		for _, ref := range all {
			if f.allNamespaces || ref.Namespace == namespaceOr(f.namespace) {
				refs = append(refs, translate.Ref{Namespace: ref.Namespace, Name: ref.Name})
			}
		}
		return slices.Compact(refs), err
	}
	worlds, err := e.runner.List(cmd.Context())
	for _, w := range choose(worlds, f.matcher()) {
		refs = append(refs, translate.Ref{Namespace: w.Namespace, Name: w.Name})
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
