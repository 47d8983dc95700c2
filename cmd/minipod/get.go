package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

func newGetCommand(io streams) *cobra.Command {
	f := &psFlags{}
	cmd := &cobra.Command{
		Use:     "get [KIND[,KIND...] [NAME...] | KIND/NAME...]",
		Short:   "List what the engine keeps: pods, ConfigMaps, Secrets, ...",
		GroupID: groupLook,
		Long: `get lists objects as kubectl get does. Without a kind it lists pods, as minipod
ps; the others are those that run or serve have stored in the engine.`,
		Example: `  minipod get configmaps,secrets
  minipod get pvc -A
  minipod get configmap/settings -o yaml`,
		ValidArgsFunction: completeKinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, err := f.request(cmd, args)
			if err != nil {
				return err
			}
			if names, alone := asked.podsAlone(); alone {
				return orKind(args, f.run(cmd, io, names))
			}
			if asked.events() {
				return f.runEvents(cmd, io)
			}
			return f.runObjects(cmd, io, asked)
		},
	}
	f.registerAll(cmd)
	cmd.Flags().BoolVar(&f.ignoreNotFound, "ignore-not-found", false, "what is not there is no error")
	return cmd
}

// events reports whether events are wanted, which are kept with the pods.
func (r request) events() bool {
	return len(r) == 1 && r[0].Resource() == "events" && len(r[0].names) == 0
}

// runEvents lists events as minipod events does, whose order is that of the last time.
func (f *psFlags) runEvents(cmd *cobra.Command, io streams) error {
	if f.output != "" && f.output != formatWide || f.quiet || f.selects() {
		return usage("minipod serve answers kubectl: kubectl get events", "get events prints the table of minipod events, and no other")
	}
	return (&eventsFlags{selection: f.selection, watch: f.watch, noHeaders: f.noHeaders}).run(cmd, io, nil)
}

// orKind is the error of a word that was taken for the name of a pod, and may have
// been meant for a kind.
func orKind(args []string, err error) error {
	var absent *loop.NotFoundError
	if !errors.As(err, &absent) || len(absent.Near) > 0 || len(args) == 0 || kindOf(args[0]) != nil || strings.Contains(args[0], "/") {
		return err
	}
	return &noKindError{err, args[0]}
}

// noKindError says that a word is neither a pod nor a kind.
type noKindError struct {
	error
	word string
}

func (e *noKindError) Unwrap() error { return e.error }

// Hint names the kind that is nearest, or all.
func (e *noKindError) Hint() string {
	words := kindWords()
	near := slices.MinFunc(words, func(a, b string) int { return cmp.Compare(distance(e.word, a), distance(e.word, b)) })
	if distance(e.word, near) <= mayDiffer(e.word) {
		return "did you mean minipod get " + near + "?"
	}
	return e.word + " is no kind either: minipod get KIND knows " + strings.Join(words, ", ")
}

// completeKinds offers kinds, and the names of one.
func completeKinds(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 || strings.Contains(word, "/") {
		return completeObjects(cmd, args, word)
	}
	return kindWords(), cobra.ShellCompDirectiveNoFileComp
}

// request are kinds, and names of them; no name is all.
type request []requestedKind

type requestedKind struct {
	*kind.Kind
	names []string
}

// podsAlone are the names of pods where nothing else is wanted.
func (r request) podsAlone() (names []string, ok bool) {
	for _, k := range r {
		if k.Resource() != kind.Pods {
			return nil, false
		}
		names = append(names, k.names...)
	}
	return names, true
}

// request reads the arguments of get. A word that is no kind is the name of a
// pod, as it is of ps.
func (f *psFlags) request(cmd *cobra.Command, args []string) (request, error) {
	switch {
	case len(args) == 0:
		return nil, nil
	case strings.Contains(args[0], "/"):
		return namedKinds(cmd, args)
	case !saysKinds(args[0]):
		return request{{kindOf("pods"), args}}, nil
	}
	kinds, err := kindsIn(args[0])
	var all request
	for _, k := range kinds {
		all = append(all, requestedKind{k, args[1:]})
	}
	return all, err
}

// namedKinds reads KIND/NAME...
func namedKinds(cmd *cobra.Command, args []string) (request, error) {
	var all request
	for _, arg := range args {
		word, name, ok := strings.Cut(arg, "/")
		k := kindOf(word)
		if k == nil && elsewhere(word) != "" {
			return nil, usage(elsewhere(word), "minipod keeps no %s", word)
		}
		if !ok || k == nil || name == "" {
			return nil, usage(seeHelp(cmd), "%s: want KIND/NAME, such as configmap/settings", arg)
		}
		at := slices.IndexFunc(all, func(other requestedKind) bool { return other.Resource() == k.Resource() })
		if at < 0 {
			at = len(all)
			all = append(all, requestedKind{Kind: k})
		}
		all[at].names = append(all[at].names, name)
	}
	return all, nil
}

func (f *psFlags) runObjects(cmd *cobra.Command, io streams, all request) error {
	if f.watch {
		return usage(seeHelp(cmd), "-w goes with pods alone: kubectl get -w, through minipod serve, watches the others")
	}
	if err := exclusive(cmd, "quiet", "output"); err != nil {
		return err
	}
	e, err := connect()
	if err != nil {
		return err
	}
	defer e.Close()
	p, err := newObjectPrinter(io, f, all)
	if err != nil {
		return err
	}
	var errs []error
	for _, k := range all {
		found, err := f.objects(cmd.Context(), e, k)
		errs = append(errs, err)
		if len(found)+len(k.names) == 0 && err == nil {
			f.tellOfNone(tell.NewConsole(io.err), k)
		}
		errs = append(errs, p.take(k.Kind, found))
	}
	return errors.Join(append(errs, p.end())...)
}

// tellOfNone says that there is nothing of a kind, and what to ask instead.
func (f *psFlags) tellOfNone(c tell.Console, k requestedKind) {
	switch {
	case f.selects():
		c.Say("%s", f.none(k.Plural))
	case k.Namespaced:
		c.Say("no %s are kept %s", k.Plural, f.where())
	default:
		c.Say("no %s are kept", k.Plural)
	}
	if hint := elsewhere(k.Plural); hint != "" {
		c.Hint(hint)
	}
}

// objects are those of a kind that are wanted; a name that is not there is an
// error beside them.
func (f *psFlags) objects(ctx context.Context, e connection, k requestedKind) ([]store.Object, error) {
	if err := f.checkFields(k.Kind); err != nil {
		return nil, err
	}
	all, err := everyObject(ctx, e, k.Kind)
	if err != nil {
		return nil, err
	}
	var found []store.Object
	there := map[string]bool{}
	for _, o := range all {
		inNamespace := !k.Namespaced || f.allNamespaces || o.GetNamespace() == namespaceOr(f.namespace)
		isNamed := len(k.names) == 0 || slices.Contains(k.names, o.GetName())
		if inNamespace && isNamed && f.chooses(k.Kind, o) {
			there[o.GetName()] = true
			found = append(found, o)
		}
	}
	if f.sortBy.String() != "" {
		if err := hasField(&f.sortBy, found); err != nil {
			return nil, err
		}
		slices.SortStableFunc(found, func(a, b store.Object) int { return f.sortBy.Compare(a, b) })
	}
	var errs []error
	for _, name := range k.names {
		if !there[name] && !f.ignoreNotFound {
			errs = append(errs, &absentError{keyOf(k.Kind, namespaceOr(f.namespace), name)})
		}
	}
	return found, errors.Join(errs...)
}

// everyObject are all objects of a kind, by namespace and name. One that this
// minipod cannot read is passed over.
func everyObject(ctx context.Context, e connection, k *kind.Kind) ([]store.Object, error) {
	if k.Resource() == kind.Pods {
		return everyPod(ctx, e)
	}
	records, err := objectRecords(ctx, e, translate.LabelObject+"="+k.Resource())
	var all []store.Object
	for _, r := range records {
		o := k.New()
		if json.Unmarshal(r.JSON, o) != nil {
			continue
		}
		k.Stamp(o)
		all = append(all, o)
	}
	return all, err
}

func everyPod(ctx context.Context, e connection) ([]store.Object, error) {
	worlds, err := e.runner.List(ctx)
	var all []store.Object
	for _, w := range worlds {
		if pod := status.Pod(w, time.Now()); pod != nil && plan.Shown(w, time.Now()) {
			all = append(all, pod)
		}
	}
	return all, err
}

// objectPrinter prints objects of some kinds: a table each, or one list.
type objectPrinter struct {
	*podPrinter
	flags *psFlags
	names bool // several kinds: each name with its kind
	first bool
	list  []runtime.RawExtension
}

func newObjectPrinter(io streams, f *psFlags, all request) (*objectPrinter, error) {
	names := 0
	for _, k := range all {
		names += len(k.names)
	}
	p, err := newPodPrinter(io.out, f, make([]string, names))
	return &objectPrinter{podPrinter: p, flags: f, names: len(all) > 1, first: true}, err
}

func (p *objectPrinter) take(k *kind.Kind, found []store.Object) error {
	switch {
	case p.quiet:
		for _, o := range found {
			tell.Result(p.out, "%s", o.GetName())
		}
		return nil
	case p.objects == nil:
		return p.kindTable(k, found)
	}
	for _, o := range found {
		if !p.single {
			p.list = append(p.list, runtime.RawExtension{Object: o})
		} else if err := p.object(o); err != nil {
			return err
		}
	}
	return nil
}

// end prints the list, where there is to be one. One of nothing is no null, which
// jq cannot go through.
func (p *objectPrinter) end() error {
	if p.objects == nil || p.single || p.quiet {
		return p.flush()
	}
	return p.object(&v1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}, Items: append([]runtime.RawExtension{}, p.list...)})
}

func (p *objectPrinter) kindTable(k *kind.Kind, found []store.Object) error {
	if len(found) == 0 {
		return nil
	}
	if !p.first {
		tell.Result(p.out, "")
	}
	p.first = false
	printer := k.Printer()
	table := &metav1.Table{ColumnDefinitions: printer.Columns}
	if p.namespace && k.Namespaced {
		table.ColumnDefinitions = slices.Insert(slices.Clone(table.ColumnDefinitions), 0, metav1.TableColumnDefinition{Name: "Namespace", Type: "string"})
	}
	table.ColumnDefinitions = append(slices.Clone(table.ColumnDefinitions), p.labelColumns()...)
	for _, o := range found {
		table.Rows = append(table.Rows, metav1.TableRow{Cells: p.objectCells(k, printer.Row(o, p.now()).Cells, o)})
	}
	// Each table has columns of its own width.
	each, err := newPodPrinter(p.to, p.flags, nil)
	if err != nil {
		return err
	}
	return errors.Join(each.table.PrintObj(table, each.out), each.flush())
}

func (p *objectPrinter) objectCells(k *kind.Kind, cells []any, o store.Object) []any {
	cells = slices.Clone(cells)
	if p.names {
		cells[0] = objectName(object.Key{Resource: k.Resource(), Name: o.GetName()})
	}
	if p.namespace && k.Namespaced {
		cells = slices.Insert(cells, 0, any(o.GetNamespace()))
	}
	for _, text := range p.labelTexts(o.GetLabels()) {
		cells = append(cells, text)
	}
	for i, c := range cells {
		if text, ok := c.(string); ok {
			cells[i] = tell.Clean(text)
		}
	}
	return cells
}
