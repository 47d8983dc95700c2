package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

type psFlags struct {
	selection
	output     string
	watch      bool
	noHeaders  bool
	showLabels bool
	columns    []string // labels with a column of their own
	quiet      bool
	all        bool // of docker ps; pods that have ended are listed anyway
	sortBy     value.Path
	messages   bool // termination messages are shown, whatever the output

	ignoreNotFound bool
}

func newPsCommand(io streams) *cobra.Command {
	f := &psFlags{}
	cmd := &cobra.Command{
		Use:     "ps [POD...]",
		Aliases: []string{"list", "ls"},
		Short:   "List pods",
		GroupID: groupLook,
		Example: `  minipod ps -A -o wide
  minipod ps -w
  minipod ps web -o yaml`,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, io, args)
		},
	}
	f.registerAll(cmd)
	return cmd
}

// registerAll registers the flags of ps, which get has too.
func (f *psFlags) registerAll(cmd *cobra.Command) {
	f.register(cmd)
	cmd.Flags().VarP(value.NewFormat(&f.output, formats()...), "output", "o", "`format`: wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=NAME:FIELD,...")
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "go on with a line for each change")
	cmd.Flags().BoolVar(&f.noHeaders, "no-headers", false, "leave out the line of headings")
	cmd.Flags().BoolVar(&f.showLabels, "show-labels", false, "a column for the pods' labels")
	cmd.Flags().StringSliceVarP(&f.columns, "label-columns", "L", nil, "a column for each of these `labels`")
	cmd.Flags().Var(&f.sortBy, "sort-by", "order by a field: `.metadata.name`, .metadata.creationTimestamp, ...")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print names alone")
	cmd.Flags().BoolVarP(&f.all, "all", "a", false, "list pods that have ended too, as is always done")
	complete(cmd, "output", append(formats(), "jsonpath=", "custom-columns="))
	complete(cmd, "sort-by", []string{".metadata.name", ".metadata.creationTimestamp"})
}

func (f *psFlags) run(cmd *cobra.Command, io streams, args []string) error {
	list, err := f.lister(cmd, args)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	p, err := newPodPrinter(io.out, f, args)
	if err != nil {
		return err
	}
	if f.showsObjects() || f.output == formatWide { // the address of a pod may be the machine's
		if p.machine, err = list.Info(ctx); err != nil {
			return err
		}
	}
	if f.watch {
		return followed(ctx, list.watch(ctx, p))
	}
	defer list.Close()
	worlds, err := list.pods(ctx)
	worlds, sortErr := f.sorted(worlds)
	if err := errors.Join(err, sortErr, p.print(worlds)); err != nil {
		return err
	}
	c := tell.NewConsole(io.err)
	if len(worlds) == 0 && len(args) == 0 {
		c.Say("%s", f.none("pods"))
	}
	tellOfUnattended(ctx, c, list.connection, worlds)
	if p.table != nil && !p.quiet {
		tellOfUnwell(c, worlds)
	}
	return f.tellOfRemains(ctx, c, list)
}

// tellOfUnwell names the command that says why the first pod is not well which
// is not.
func tellOfUnwell(c tell.Console, worlds []plan.World) {
	for _, w := range worlds {
		if diagnose.Unwell(w, time.Now()) {
			ref := w.Ref()
			c.Hint(tell.Command("diagnose", ref) + " finds out why it is not well")
			return
		}
	}
}

// sorted are the pods in the order of a field, if one is named. None are where
// no pod has it.
func (f *psFlags) sorted(worlds []plan.World) ([]plan.World, error) {
	if f.sortBy.String() == "" {
		return worlds, nil
	}
	pods := map[types.UID]*v1.Pod{}
	for _, w := range worlds {
		pods[w.UID] = status.Pod(w, time.Now())
	}
	if err := hasField(&f.sortBy, slices.Collect(maps.Values(pods))); err != nil {
		return nil, err
	}
	slices.SortStableFunc(worlds, func(a, b plan.World) int { return f.sortBy.Compare(pods[a.UID], pods[b.UID]) })
	return worlds, nil
}

// hasField wants one object at least to have the field that is sorted by.
func hasField[T any](by *value.Path, objects []T) error {
	if len(objects) == 0 || slices.ContainsFunc(objects, func(o T) bool { return by.Has(o) }) {
		return nil
	}
	hint := "-o yaml shows the fields of an object"
	columns := map[string]string{
		"name": ".metadata.name", "namespace": ".metadata.namespace", "age": ".metadata.creationTimestamp", "status": ".status.phase",
		"restarts": ".status.containerStatuses[0].restartCount", "ip": ".status.podIP",
	}
	if field := columns[strings.ToLower(strings.TrimPrefix(by.String(), "."))]; field != "" {
		hint = "did you mean --sort-by=" + field + "?"
	}
	return usage(hint, "--sort-by=%s: nothing that is listed has this field", by)
}

// tellOfRemains names the pods of which only a part is there: their pause was
// removed by other means, or a removal was broken off.
func (f *psFlags) tellOfRemains(ctx context.Context, c tell.Console, l *lister) error {
	if len(l.remains) == 0 {
		return nil
	}
	refs, err := l.Pods(ctx)
	for _, ref := range refs {
		if l.remains[ref.UID] && (f.allNamespaces || ref.Namespace == namespaceOr(f.namespace)) {
			c.Warn(fmt.Sprintf("pod %s has no pause any more, or one that cannot be read; %s removes what is left", ref, tell.Command("rm", ref)))
		}
	}
	return err
}

// lister reads the pods that a command line means.
type lister struct {
	connection
	match func(plan.World) bool
	named []translate.Ref // these alone; none is all
	// ignoreNotFound has a name that is not there be no error.
	ignoreNotFound bool
	// remains are the pods without a pause that were met, of any
	// namespace.
	remains map[types.UID]bool
}

func (f *psFlags) lister(cmd *cobra.Command, args []string) (*lister, error) {
	switch {
	case len(args) > 0 && f.allNamespaces:
		hint := fmt.Sprintf("minipod %s %s -n NAMESPACE, or minipod %[1]s -A for all", cmd.Name(), strings.Join(args, " "))
		return nil, usage(hint, "a name is of one namespace, and -A of all")
	case len(args) > 0 && f.selects():
		return nil, usage(seeHelp(cmd), "%s takes one of: names, and -l SELECTOR or --field-selector", cmd.Name())
	}
	if err := f.checkFields(kindOf("pods")); err != nil {
		return nil, err
	}
	if err := exclusive(cmd, "quiet", "output"); err != nil {
		return nil, err
	}
	e, err := connectFor(docker.Options{Messages: f.messages || f.showsObjects()})
	if err != nil {
		return nil, err
	}
	return &lister{connection: e, match: f.matcher(), named: named(args, namespaceOr(f.namespace)), remains: map[types.UID]bool{}, ignoreNotFound: f.ignoreNotFound}, nil
}

// pods are those meant that are there; a name that is not is an error beside
// them.
func (l *lister) pods(ctx context.Context) ([]plan.World, error) {
	worlds, err := l.runner.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range worlds {
		if w.Pause == nil && !w.Gone() {
			l.remains[w.UID] = true
		}
	}
	now := time.Now()
	worlds = choose(worlds, func(w plan.World) bool { return l.match(w) && plan.Shown(w, now) })
	if len(l.named) == 0 {
		return worlds, nil
	}
	var found []plan.World
	var errs []error
	for _, ref := range l.named {
		of := choose(worlds, func(w plan.World) bool { return w.Name == ref.Name })
		if len(of) == 0 && !l.ignoreNotFound {
			errs = append(errs, &loop.NotFoundError{Ref: ref})
		}
		found = append(found, of...)
	}
	return found, errors.Join(errs...)
}

// glance is how often a watch looks without having been told to: the
// engine's events are hints, and some never come.
const glance = 5 * time.Second

// watch prints the pods, and then each that changes, until ctx ends or the
// engine stops answering.
func (l *lister) watch(ctx context.Context, p *podPrinter) error {
	defer l.Close()
	hints := l.Watch(ctx, "")
	seen := history{}
	for first := true; ; first = false {
		worlds, err := l.pods(ctx)
		if err != nil && (first || !errors.As(err, new(*loop.NotFoundError))) {
			return errors.Join(err, p.print(worlds))
		}
		if !first {
			worlds = seen.born(worlds)
		}
		if err := p.print(seen.changed(worlds, p.now())); err != nil {
			return err
		}
		select {
		case _, open := <-hints:
			if !open {
				hints = nil
			}
		case <-time.After(glance):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
