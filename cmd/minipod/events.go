package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/describe"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/plan"
)

type eventsFlags struct {
	selection
	about     string
	types     []string
	since     time.Time // zero is from the start
	watch     bool
	noHeaders bool
}

func newEventsCommand(io streams) *cobra.Command {
	f := &eventsFlags{}
	cmd := &cobra.Command{
		Use:     "events [POD...]",
		Short:   "List what happened to pods",
		GroupID: groupLook,
		Long: `events lists what happened to pods, in the kubelet's words: what the engine
knows of containers, and what whoever kept a pod wrote down in its pause. They
are there as long as the pod is.`,
		Example: `  minipod events web
  minipod events -w --types=Warning
  minipod events --for pod/web`,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.about != "" {
				args = append(args, f.about)
			}
			if err := f.check(cmd); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.about, "for", "", "of this pod: `pod/NAME`")
	cmd.Flags().StringSliceVar(&f.types, "types", nil, "only events of these types: `Normal,Warning`")
	cmd.Flags().Var(value.NewAgo(&f.since, time.Now), "since", "only what was seen within this `duration`: 5s, 2m, 3h")
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "go on with a line for each that is new")
	cmd.Flags().BoolVar(&f.noHeaders, "no-headers", false, "leave out the line of headings")
	offer(cmd, "for", completePods)
	complete(cmd, "types", []string{v1.EventTypeNormal, v1.EventTypeWarning})
	return cmd
}

func (f *eventsFlags) check(cmd *cobra.Command) error {
	for _, kind := range f.types {
		if !strings.EqualFold(kind, v1.EventTypeNormal) && !strings.EqualFold(kind, v1.EventTypeWarning) {
			return usage(seeHelp(cmd), "--types=%s: want Normal or Warning", kind)
		}
	}
	return nil
}

func (f *eventsFlags) run(cmd *cobra.Command, io streams, args []string) error {
	list, err := (&psFlags{selection: f.selection}).lister(cmd, args)
	if err != nil {
		return err
	}
	defer list.Close()
	ctx := cmd.Context()
	t := &eventTable{out: io, flags: f, told: map[told]event.Event{}}
	if f.watch {
		return followed(ctx, t.watch(ctx, list))
	}
	n, err := t.look(ctx, list)
	if n == 0 && err == nil {
		tell.NewConsole(io.err).Say("%s", f.none("events"))
	}
	return err
}

// told is an event that was printed.
type told struct {
	pod                         types.UID
	unit, kind, reason, message string
}

// eventTable prints events.
type eventTable struct {
	out    streams
	flags  *eventsFlags
	headed bool
	told   map[told]event.Event
}

// happened is an event and the pod that it happened to.
type happened struct {
	event.Event
	world plan.World
}

// look prints what is new, in the order in which it was seen last, and answers
// how many events that are.
func (t *eventTable) look(ctx context.Context, list *lister) (int, error) {
	worlds, err := list.pods(ctx)
	if err != nil && len(worlds) == 0 {
		return 0, err
	}
	var fresh []happened
	for _, w := range worlds {
		log, readErr := loop.EventsOf(ctx, list.Engine, w)
		err = errors.Join(err, readErr)
		for _, e := range log {
			if t.isNew(w, e) {
				fresh = append(fresh, happened{e, w})
			}
		}
	}
	slices.SortStableFunc(fresh, func(a, b happened) int { return a.Last.Compare(b.Last) })
	return len(fresh), errors.Join(err, t.print(fresh))
}

// isNew reports whether an event is meant that was not printed as it is now.
func (t *eventTable) isNew(w plan.World, e event.Event) bool {
	if len(t.flags.types) > 0 && !slices.ContainsFunc(t.flags.types, func(kind string) bool { return strings.EqualFold(kind, e.Type) }) {
		return false
	}
	if e.Last.Before(t.flags.since) {
		return false
	}
	key := told{w.UID, e.Unit, e.Type, e.Reason, e.Message}
	before, known := t.told[key]
	t.told[key] = e
	return !known || e.Last.After(before.Last)
}

// watch prints what is new until ctx ends.
func (t *eventTable) watch(ctx context.Context, list *lister) error {
	hints := list.Watch(ctx, "")
	for first := true; ; first = false {
		if _, err := t.look(ctx, list); err != nil && (first || !errors.As(err, new(*loop.NotFoundError))) {
			return err
		}
		select {
		case _, open := <-hints:
			if !open {
				hints = nil
			}
		case <-time.After(waitGlance):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (t *eventTable) print(events []happened) error {
	if len(events) == 0 {
		return nil
	}
	names := []string{"Last Seen", "Type", "Reason", "Object", "Container", "Message"}
	if t.flags.allNamespaces {
		names = slices.Insert(names, 0, "Namespace")
	}
	table := &metav1.Table{}
	for _, name := range names {
		table.ColumnDefinitions = append(table.ColumnDefinitions, metav1.TableColumnDefinition{Name: name, Type: "string"})
	}
	now := time.Now()
	for _, e := range events {
		cells := []any{describe.When(e.Event, now), e.Type, e.Reason, "Pod/" + e.world.Name, cmp.Or(e.Unit, "<none>"), strings.TrimSpace(e.Message)}
		if t.flags.allNamespaces {
			cells = slices.Insert(cells, 0, any(e.world.Namespace))
		}
		for i := range cells {
			cells[i] = tell.Clean(cells[i].(string))
		}
		table.Rows = append(table.Rows, metav1.TableRow{Cells: cells})
	}
	if term.IsTerminal(t.out.out) {
		table.Rows = fitMessages(table, tell.LookOn(t.out.out))
	}
	p := printers.NewTablePrinter(printers.PrintOptions{NoHeaders: t.flags.noHeaders || t.headed})
	t.headed = true
	return p.PrintObj(table, t.out.out)
}

// fitMessages are the rows of a table whose messages, which come last, are in as
// many rows as they take to fit.
func fitMessages(table *metav1.Table, look namespace.Look) []metav1.TableRow {
	const gap = 3 // between columns
	last := len(table.ColumnDefinitions) - 1
	margin := 0
	for i, column := range table.ColumnDefinitions[:last] {
		wide := len(column.Name)
		for _, row := range table.Rows {
			wide = max(wide, len([]rune(row.Cells[i].(string))))
		}
		margin += wide + gap
	}
	var rows []metav1.TableRow
	for _, row := range table.Rows {
		for i, line := range look.Wrap(row.Cells[last].(string), min(margin, look.Width-leastRoom)) {
			cells := make([]any, last+1)
			for j := range cells {
				cells[j] = ""
			}
			if i == 0 {
				copy(cells, row.Cells)
			}
			cells[last] = line
			rows = append(rows, metav1.TableRow{Cells: cells})
		}
	}
	return rows
}
