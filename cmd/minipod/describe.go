package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/describe"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
)

type describeFlags struct{ selection }

func newDescribeCommand(io streams) *cobra.Command {
	f := &describeFlags{}
	cmd := &cobra.Command{
		Use:     "describe [POD...] [KIND/NAME...] [-l SELECTOR]",
		Short:   "Show all that is known of pods, and what to look at next",
		GroupID: groupLook,
		Example: `  minipod describe web
  minipod describe -l app=web
  minipod describe configmap/settings`,
		ValidArgsFunction: completeObjects,
		RunE: func(cmd *cobra.Command, args []string) error {
			args = withKind(cmd, withoutKind(cmd, args))
			pods, keys := splitKeys(args, namespaceOr(f.namespace))
			err := f.objects(cmd.Context(), io, keys)
			if len(keys) > 0 && len(pods) == 0 {
				return err
			}
			return errors.Join(err, f.run(cmd, io, pods))
		},
	}
	f.register(cmd)
	return cmd
}

func (f *describeFlags) run(cmd *cobra.Command, io streams, args []string) error {
	list, err := (&psFlags{selection: f.selection, messages: true}).lister(cmd, args)
	if err != nil {
		return err
	}
	defer list.Close()
	worlds, missing := list.pods(cmd.Context())
	if errors.As(missing, new(*loop.NotFoundError)) && len(args) == 1 {
		missing = ofKind(args[0], missing)
	}
	for i, w := range worlds {
		if i > 0 {
			printLines(io.out, "\n\n")
		}
		if err := describePod(cmd.Context(), io, list.connection, w); err != nil {
			return errors.Join(missing, err)
		}
	}
	if len(worlds) == 0 && missing == nil {
		tell.NewConsole(io.err).Say("%s", f.none("pods"))
	}
	tellOfUnattended(cmd.Context(), tell.NewConsole(io.err), list.connection, worlds)
	return missing
}

// ofKind is the error of a pod that is not there, where its name is a kind.
func ofKind(word string, missing error) error {
	hint := elsewhere(word)
	if k := kindOf(word); k != nil && hint == "" {
		hint = "minipod get " + word + " lists them, minipod describe " + k.Singular + "/NAME shows one"
	}
	if hint == "" {
		return missing
	}
	return usage(hint, "describe wants a name beside the kind %s", word)
}

// objects prints objects that are not pods.
func (f *describeFlags) objects(ctx context.Context, io streams, keys []object.Key) error {
	if len(keys) == 0 {
		return nil
	}
	e, err := connectToShow()
	if err != nil {
		return err
	}
	defer e.Close()
	var errs []error
	for i, key := range keys {
		found, err := everyObject(ctx, e, kind.New().ByResource(key.Resource))
		at := slices.IndexFunc(found, func(o store.Object) bool { return o.GetName() == key.Name && o.GetNamespace() == key.Namespace })
		switch {
		case err != nil:
			errs = append(errs, err)
			continue
		case at < 0:
			errs = append(errs, &absentError{key})
			continue
		case i > 0:
			printLines(io.out, "\n\n")
		}
		printLines(io.out, describe.Object(found[at], time.Now()))
	}
	return errors.Join(errs...)
}

// describePod prints one pod. What cannot be read beside it is said.
func describePod(ctx context.Context, io streams, e connection, w plan.World) error {
	c := tell.NewConsole(io.err)
	log, err := loop.EventsOf(ctx, e.Engine, w)
	if err != nil {
		c.Warn(err.Error())
	}
	info, err := e.Info(ctx)
	if err != nil {
		return err
	}
	printLines(io.out, describe.Pod(w, log, describe.Machine{Name: info.Hostname, Addresses: info.Addresses}, time.Now()))
	return nil
}

// printLines prints a text so that a terminal takes nothing in it for more
// than text.
func printLines(w io.Writer, text string) {
	for line := range strings.Lines(text) {
		tell.Result(w, "%s", strings.TrimSuffix(line, "\n"))
	}
}
