package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
)

type topFlags struct {
	selection
	once   bool
	sortBy string // empty: by pods
}

func newTopCommand(io streams) *cobra.Command {
	f := &topFlags{}
	cmd := &cobra.Command{
		Use:     "top [POD...]",
		Short:   "Show what the containers of pods use",
		GroupID: groupLook,
		Long: `top shows the CPU, the memory and the network that pods use, container by
container; the network is the pause's. On a terminal it goes on until q or
Ctrl-C, with what of the table there is room for; elsewhere it prints one table.`,
		Example: `  minipod top
  minipod top web --no-stream`,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := f.run(cmd, io, withoutKind(cmd, args))
			if errors.As(err, new(*loop.NotFoundError)) && len(args) == 1 && elsewhere(args[0]) != "" {
				return usage(elsewhere(args[0]), "top is about pods, and %s is a kind", args[0])
			}
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.once, "no-stream", false, "print one table on a terminal too")
	cmd.Flags().Var(value.NewChoice(&f.sortBy, topCPU, topMemory), "sort-by", "those first that use most: `cpu|memory`")
	complete(cmd, "sort-by", []string{topCPU, topMemory})
	return cmd
}

// The words of --sort-by.
const (
	topCPU    = "cpu"
	topMemory = "memory"
)

func (f *topFlags) run(cmd *cobra.Command, io streams, args []string) error {
	list, err := (&psFlags{selection: f.selection}).lister(cmd, args)
	if err != nil {
		return err
	}
	defer list.Close()
	t := &topTable{list: list, sortBy: f.sortBy, namespaces: f.allNamespaces, before: map[string]engine.Stats{}}
	ctx := cmd.Context()
	if term.IsTerminal(io.out) && !f.once {
		return followed(ctx, t.onTerminal(ctx, io))
	}
	if _, err := t.look(ctx); err != nil {
		return err
	}
	if err := pauseFor(ctx, topSpan); err != nil {
		return err
	}
	rows, err := t.look(ctx)
	if err != nil {
		return err
	}
	c := tell.NewConsole(io.err)
	if len(args) > 0 {
		t.tellOfIdle(c, rows)
	}
	if len(rows) == 0 {
		if len(args) == 0 {
			c.Say("%s", f.none("pods that run"))
		}
		return nil
	}
	_, err = io.out.Write(t.text(rows))
	return err
}

// topSpan is between the first two samples, which make a rate of CPU.
const topSpan = 500 * time.Millisecond

func pauseFor(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// topTable shows what pods use.
type topTable struct {
	list       *lister
	sortBy     string
	namespaces bool
	before     map[string]engine.Stats // the last samples, by container
	worlds     []plan.World            // the last look
}

// topRow is a container and what it uses.
type topRow struct {
	namespace, pod, container string
	isPause, limited          bool
	engine.Stats
	cores float64
}

// look samples all containers that run, the pause of each pod first.
func (t *topTable) look(ctx context.Context) ([]topRow, error) {
	worlds, err := t.list.pods(ctx)
	if err != nil {
		return nil, err
	}
	t.worlds = worlds
	var rows []topRow
	var ids []string
	for _, w := range worlds {
		if w.Pause == nil || w.Pause.State != plan.Running {
			continue
		}
		rows, ids = append(rows, topRow{namespace: w.Namespace, pod: w.Name, container: "POD", isPause: true}), append(ids, w.Pause.ID)
		for _, c := range w.Containers {
			if c.State == plan.Running {
				rows, ids = append(rows, topRow{namespace: w.Namespace, pod: w.Name, container: c.Unit, limited: limited(w, c.Unit)}), append(ids, c.ID)
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(engine.Samplers)
	for i, id := range ids {
		group.Go(func() (err error) {
			if rows[i].Stats, err = t.list.Stats(ctx, id); errors.Is(err, plan.ErrStale) {
				return nil // it is gone meanwhile
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	after := map[string]engine.Stats{}
	for i, id := range ids {
		after[id] = rows[i].Stats
		rows[i].cores = rows[i].Rate(t.before[id])
	}
	t.before = after
	switch t.sortBy {
	case topCPU:
		slices.SortStableFunc(rows, func(a, b topRow) int { return cmp.Compare(b.cores, a.cores) })
	case topMemory:
		slices.SortStableFunc(rows, func(a, b topRow) int { return cmp.Compare(b.Memory, a.Memory) })
	}
	return rows, nil
}

// tellOfIdle says why pods are not in the table that were named.
func (t *topTable) tellOfIdle(c tell.Console, rows []topRow) {
	for _, w := range t.worlds {
		ref := w.Ref()
		switch {
		case slices.ContainsFunc(rows, func(r topRow) bool { return r.namespace == w.Namespace && r.pod == w.Name }):
		case w.Intent() == plan.Halted:
			c.Say("pod %s is stopped; %s goes on with it", ref, tell.Command("start", ref))
		default:
			c.Say("no container of pod %s runs", ref)
		}
	}
}

// limited reports whether a container has a limit of memory of its own.
func limited(w plan.World, unit string) bool {
	if w.Want == nil {
		return false
	}
	u, ok := w.Want.Unit(unit)
	return ok && u.Container.Resources.Limits.Memory().Value() > 0
}

func (t *topTable) text(rows []topRow) []byte {
	var text bytes.Buffer
	columns := tabwriter.NewWriter(&text, 0, 8, 3, ' ', 0)
	heading := "POD\tCONTAINER\tCPU(cores)\tMEMORY\tLIMIT\tRECEIVED\tSENT\n"
	if t.namespaces {
		heading = "NAMESPACE\t" + heading
	}
	fmt.Fprint(columns, heading)
	for _, r := range rows {
		if t.namespaces {
			fmt.Fprintf(columns, "%s\t", tell.Clean(r.namespace))
		}
		fmt.Fprintf(columns, "%s\t%s\t%dm\t%s\t%s\t%s\t%s\n", tell.Clean(r.pod), tell.Clean(r.container),
			int(r.cores*1000+0.5), amount(r.Memory), r.limit(), r.network(r.Received), r.network(r.Sent))
	}
	columns.Flush()
	return text.Bytes()
}

// limit is the limit of memory and how much of it is used.
func (r topRow) limit() string {
	if !r.limited || r.Limit == 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%d%%)", amount(r.Limit), 100*r.Memory/r.Limit)
}

// network is an amount of the pod's network, which is the pause's.
func (r topRow) network(bytes uint64) string {
	if !r.isPause {
		return "-"
	}
	return amount(bytes)
}

// amount is a number of bytes as kubectl top has it: in Mi, or less.
func amount(bytes uint64) string {
	switch {
	case bytes >= 10<<20:
		return fmt.Sprintf("%dMi", bytes>>20)
	case bytes >= 10<<10:
		return fmt.Sprintf("%dKi", bytes>>10)
	}
	return fmt.Sprintf("%d", bytes)
}
