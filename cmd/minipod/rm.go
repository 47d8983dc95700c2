package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

type rmFlags struct {
	targets
	graceFlag
	ignoreNotFound bool
	objects        bool
	kinds          []*kind.Kind // of which --all or -l is meant; none is pods
	volumes        bool
	wait           bool
}

func newRmCommand(io streams) *cobra.Command {
	f := &rmFlags{}
	cmd := &cobra.Command{
		Use:     "rm POD... | KIND/NAME... | -f FILE | [KIND[,KIND...]] -l SELECTOR | [KIND[,KIND...]] --all | --all-objects",
		Aliases: []string{"delete", "remove"},
		Short:   "Remove pods and all that is their own, or other objects",
		GroupID: groupMake,
		Example: `  minipod rm web
  minipod rm -f pod.yaml
  minipod rm --now -l app=test
  minipod rm configmap/settings secret/login
  minipod rm configmaps,secrets --all
  minipod rm --all --all-objects -A`,
		ValidArgsFunction: completeObjects,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := f.ofKinds(cmd, args)
			if err != nil {
				return err
			}
			if err := f.check(cmd, args); err != nil {
				return err
			}
			if err := f.graceFlag.check(cmd); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.targets.register(cmd)
	f.graceFlag.register(cmd)
	cmd.Flags().BoolVar(&f.objects, "all-objects", false, "all that is kept beside pods in the namespace: ConfigMaps, Secrets, ...; with -A of all namespaces")
	cmd.Flags().BoolVar(&f.volumes, "volumes", false, "also the data of the claims that are removed or that the pods use; it is kept otherwise")
	cmd.Flags().BoolVar(&f.ignoreNotFound, "ignore-not-found", false, "a pod that is not there is no error")
	cmd.Flags().BoolVar(&f.wait, "wait", true, "wait until the pods are gone; =false leaves that to the supervisor")
	return cmd
}

// check wants one way of saying which, or --all-objects.
func (f *rmFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case f.volumes && !f.wait:
		return usage(seeHelp(cmd), "--volumes wants the pods gone, and --wait=false does not wait for that")
	case len(f.files) > 0 && len(args) > 0 && f.files[0] != "-" && !strings.ContainsAny(f.files[0], "./:") && namesNoFile(f.files[0]):
		// docker's rm -f web api, and rm -fv web
		pods := append(slices.DeleteFunc(slices.Clone(f.files), func(name string) bool { return name == "v" }), args...)
		return usage("minipod rm --now "+strings.Join(pods, " "), "-f takes a manifest, and %s is no file: docker's rm -f is rm --now", f.files[0])
	}
	if f.objects && len(args)+len(f.files) == 0 && !f.selects() {
		return nil
	}
	if f.objects {
		return usage(seeHelp(cmd), "--all-objects goes with --all and -A alone")
	}
	return f.targets.check(cmd, args)
}

// ofKinds are the arguments without the kinds of which all is meant, as kubectl
// delete has them. A kind alone, or behind delete with no name, says nothing.
func (f *rmFlags) ofKinds(cmd *cobra.Command, args []string) (rest []string, err error) {
	switch {
	case len(args) != 1 || strings.Contains(args[0], "/") || !saysKinds(args[0]):
	case f.all || f.selects():
		kinds, err := kindsIn(args[0])
		for _, k := range kinds {
			err = cmp.Or(err, f.checkFields(k))
		}
		f.kinds = kinds
		return nil, err
	case cmd.CalledAs() == "delete" || strings.Contains(args[0], ","):
		if _, err := kindsIn(args[0]); err != nil {
			return nil, err
		}
		return nil, usage(fmt.Sprintf("minipod delete %s NAME, or minipod delete %[1]s --all", args[0]), "delete wants names beside the kind %s, -l SELECTOR or --all", args[0])
	}
	return withKind(cmd, withoutKind(cmd, args)), nil
}

// removers bounds how many pods are removed at a time.
const removers = 8

func (f *rmFlags) run(cmd *cobra.Command, io streams, args []string) error {
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	meant, err := f.everything(cmd, io, e, args)
	if err != nil {
		return err
	}
	if len(meant.Pods)+len(meant.Objects) == 0 {
		tell.NewConsole(io.err).Say("%s", f.nothing())
	}
	used, err := f.used(cmd.Context(), e, meant.Pods)
	if err != nil {
		return err
	}
	err = f.remove(cmd.Context(), io, e, meant.Pods)
	claims, objectsErr := f.removeObjects(cmd.Context(), io, e, meant.Objects)
	err = errors.Join(err, objectsErr)
	if cmd.Context().Err() != nil {
		return err
	}
	err = errors.Join(err, sayOthers(cmd.Context(), io, e, meant), f.data(cmd.Context(), io, e, append(claims, used...)))
	if f.objects && f.allNamespaces {
		err = errors.Join(err, forgetAPI(cmd.Context(), e))
	}
	return err
}

// nothing says that there is nothing to remove.
func (f *rmFlags) nothing() string {
	var words []string
	for _, k := range f.kinds {
		words = append(words, k.Plural)
	}
	switch {
	case len(words) > 0:
		return f.none(strings.Join(words, ", "))
	case f.objects:
		return "no objects to remove"
	}
	return f.noneTo("remove")
}

// everything is what the command line means, objects beside pods too.
func (f *rmFlags) everything(cmd *cobra.Command, io streams, e connection, args []string) (manifest.Names, error) {
	pods, keys := splitKeys(args, namespaceOr(f.namespace))
	if f.objects || len(f.kinds) > 0 {
		all, err := objectRecords(cmd.Context(), e, translate.LabelObject)
		if err != nil {
			return manifest.Names{}, err
		}
		for _, r := range all {
			if r.Pod() == "" && f.wants(r) {
				keys = append(keys, r.Key())
			}
		}
	}
	if len(pods) == 0 && (len(args) > 0 || f.objects && !f.all || len(f.kinds) > 0 && !f.wantsKind(kind.Pods)) {
		return manifest.Names{Objects: keys}, nil
	}
	names, err := f.meant(cmd, io, e, pods)
	names.Objects = append(names.Objects, keys...)
	return names, err
}

// wantsKind reports whether a resource is among the kinds that are named.
func (f *rmFlags) wantsKind(resource string) bool {
	return slices.ContainsFunc(f.kinds, func(k *kind.Kind) bool { return k.Resource() == resource })
}

// wants reports whether an object is meant by --all-objects, or by its kind.
func (f *rmFlags) wants(r object.Record) bool {
	inNamespace := f.allNamespaces || r.Namespace == namespaceOr(f.namespace)
	if f.objects {
		return inNamespace
	}
	k := kind.New().ByResource(r.Resource)
	if !f.wantsKind(r.Resource) || !inNamespace && r.Namespace != "" {
		return false
	}
	o := k.New()
	return !f.selects() || json.Unmarshal(r.JSON, o) == nil && f.chooses(k, o)
}

// removeObjects removes what run has stored of the same manifests, and answers the
// claims that are no more.
func (f *rmFlags) removeObjects(ctx context.Context, io streams, e connection, keys []object.Key) (claims []object.Key, err error) {
	var errs []error
	for _, key := range namespacesLast(keys) {
		err := f.emptied(ctx, e, key)
		if err == nil {
			err = removeObject(ctx, e, key)
		}
		absent := errors.As(err, new(*absentError))
		switch claim := key.Resource == object.Claims; {
		case claim && absent && f.volumes:
			err = dropLeft(ctx, io, e, key)
		case claim && (absent || err == nil):
			claims = append(claims, key)
		}
		if err == nil && !absent {
			tell.Result(io.out, "%s removed", objectName(key))
		}
		if !f.ignoreNotFound || !errors.As(err, new(*absentError)) {
			errs = append(errs, err)
		}
	}
	return claims, errors.Join(errs...)
}

// namespacesLast are the keys in an order in which a namespace is empty when its
// turn has come.
func namespacesLast(keys []object.Key) []object.Key {
	rank := func(k object.Key) int {
		if k.Resource == object.Namespaces {
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(keys), func(a, b object.Key) int { return rank(a) - rank(b) })
}

// emptied refuses to remove a namespace that has something in it. With
// --all-objects it is meant to.
func (f *rmFlags) emptied(ctx context.Context, e connection, key object.Key) error {
	if key.Resource != object.Namespaces || f.objects {
		return nil
	}
	pods, err := e.Pods(ctx)
	if err != nil {
		return err
	}
	for _, ref := range pods {
		if ref.Namespace == key.Name {
			return &fullError{key.Name, "pod/" + ref.Name}
		}
	}
	all, err := objectRecords(ctx, e, translate.LabelObjectNamespace+"="+key.Name)
	for _, r := range all {
		if r.Pod() == "" {
			return &fullError{key.Name, objectName(r.Key())}
		}
	}
	return err
}

// fullError is about a namespace that is not empty.
type fullError struct{ namespace, holds string }

func (e *fullError) Error() string {
	return fmt.Sprintf("namespace %s is not empty: it holds %s", e.namespace, e.holds)
}

// Hint says how it is emptied.
func (e *fullError) Hint() string {
	return fmt.Sprintf("minipod rm -n %s --all --all-objects removes what is in it", e.namespace)
}

// remove removes pods side by side; one that fails does not keep the others.
// Where it is not to wait, a supervisor does it.
func (f *rmFlags) remove(ctx context.Context, io streams, e connection, refs []translate.Ref) error {
	var group errgroup.Group
	group.SetLimit(removers)
	var mu sync.Mutex
	errs := make([]error, len(refs))
	leave := !f.wait && (supervises() || e.kept(ctx))
	for i, ref := range refs {
		group.Go(func() error {
			waiting := tell.NewWaiting(tell.NewConsole(io.err), "--now")
			defer waiting.Close()
			end, done := e.reporting(waiting).Remove, "removed"
			if leave {
				end, done = e.reporting(waiting).AskRemove, "is being removed"
			}
			err := end(ctx, ref.Namespace, ref.Name, f.seconds())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				sayHalf(ctx, tell.NewConsole(io.err), e, ref, "")
			}
			switch {
			case err == nil:
				tell.Result(io.out, "pod/%s %s", ref.Name, done)
			case !f.ignoreNotFound || !errors.As(err, new(*loop.NotFoundError)):
				errs[i] = err
			}
			return nil
		})
	}
	err := errors.Join(group.Wait(), errors.Join(errs...))
	if leave && len(refs) > 0 {
		_, started := startSupervisor(ctx, e)
		err = errors.Join(err, started)
	}
	return err
}
