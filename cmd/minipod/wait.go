package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/cmd/minipod/internal/await"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

type waitFlags struct {
	targets
	condition await.Condition
	timeout   time.Duration
}

// waitDefault is how long wait waits where nothing else is said, as kubectl
// has it.
const waitDefault = 30 * time.Second

func newWaitCommand(io streams) *cobra.Command {
	f := &waitFlags{}
	cmd := &cobra.Command{
		Use:     "wait POD... | -f FILE | -l SELECTOR | --all",
		Short:   "Wait until pods have come to a condition",
		GroupID: groupLook,
		Long: `wait waits until all the pods have come to what --for says, and prints each that
has. It ends with exit code 1 when the time is over before, and at once when a
pod can never come to it, such as Ready for one that has ended.`,
		Example: `  minipod wait web --for=condition=Ready
  minipod wait -l app=test --for=phase=Succeeded --timeout=5m
  minipod wait web --for=jsonpath={.status.podIP}
  minipod wait --all --for=delete`,
		ValidArgsFunction: completePods,
		RunE: func(cmd *cobra.Command, args []string) error {
			args = withoutKind(cmd, args)
			if err := f.check(cmd, args); err != nil {
				return err
			}
			return f.run(cmd, io, args)
		},
	}
	f.register(cmd)
	cmd.Flags().Var(value.NewCondition(&f.condition), "for", "`condition=NAME[=VALUE]`, phase=NAME, jsonpath={FIELD}[=VALUE], create or delete")
	cmd.Flags().Var(value.NewDuration(&f.timeout, waitDefault, math.MinInt64), "timeout", "how long to wait; 0 looks once, less than 0 waits for a week")
	complete(cmd, "for", []string{"condition=Ready", "phase=Running", "phase=Succeeded", "jsonpath=", "create", "delete"})
	return cmd
}

func (f *waitFlags) check(cmd *cobra.Command, args []string) error {
	if !cmd.Flags().Changed("for") {
		return usage(seeHelp(cmd), "wait wants --for, such as --for=condition=Ready")
	}
	return f.targets.check(cmd, args)
}

func (f *waitFlags) run(cmd *cobra.Command, io streams, args []string) error {
	e, err := connectFor(docker.Options{Messages: f.condition.OfField})
	if err != nil {
		return err
	}
	defer e.Close()
	meant, err := f.meant(cmd, io, e, args)
	if err != nil {
		return err
	}
	if len(meant.Pods) == 0 && !f.condition.Gone {
		return errors.New("no matching pods found")
	}
	w := &waiter{connection: e, out: io, condition: f.condition, left: meant.Pods, seen: map[translate.Ref]types.UID{}}
	return w.wait(cmd.Context(), f.timeout)
}

// waiter waits for pods to come to a condition.
type waiter struct {
	connection
	out       streams
	condition await.Condition
	left      []translate.Ref // that have not come to it
	seen      map[translate.Ref]types.UID
	last      map[translate.Ref]plan.World // each at the last look
}

// waitGlance is how often is looked without a hint: what probes find is no
// event of the engine.
const waitGlance = time.Second

// week is how long is waited without end.
const week = 7 * 24 * time.Hour

func (w *waiter) wait(ctx context.Context, timeout time.Duration) error {
	if timeout < 0 {
		timeout = week
	}
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	ticker := time.NewTicker(waitGlance)
	defer ticker.Stop()
	var hints <-chan struct{}
	for {
		if err := w.look(ctx); err != nil || len(w.left) == 0 {
			return err
		}
		if timeout == 0 {
			return w.late(ctx)
		}
		if hints == nil {
			hints = w.Watch(ctx, "")
		}
		select {
		case _, open := <-hints:
			if !open {
				hints = make(chan struct{}) // the ticker is left
			}
		case <-ticker.C:
		case <-deadline.C:
			return w.late(ctx)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look holds all pods that are left against the condition.
func (w *waiter) look(ctx context.Context) error {
	worlds, err := w.worlds(ctx)
	if err != nil {
		return err
	}
	there := map[translate.Ref]plan.World{}
	for _, world := range worlds {
		if !world.Gone() && world.Pause != nil {
			there[world.Ref()] = world
		}
	}
	var left []translate.Ref
	var errs []error
	w.last = map[translate.Ref]plan.World{}
	for _, ref := range w.left {
		world, found := there[ref]
		met, err := w.held(ref, world, found)
		switch {
		case err != nil:
			errs = append(errs, err)
		case met:
			tell.Result(w.out.out, "pod/%s condition met", ref.Name)
		default:
			left = append(left, ref)
		}
	}
	w.left = left
	return errors.Join(errs...)
}

// worlds are the pods of the engine; where one alone is waited for, which is there,
// that one: how it has ended is to be seen for no longer than its pause takes to be
// removed, and a look at many takes longer.
func (w *waiter) worlds(ctx context.Context) ([]plan.World, error) {
	if len(w.left) == 1 {
		if last, known := w.last[w.left[0]]; known {
			world, err := w.Observe(ctx, last.UID)
			if err != nil || !world.Gone() {
				return []plan.World{world}, err
			}
		}
	}
	return w.runner.List(ctx)
}

// held holds one pod against the condition. One that was removed and is there
// again under its name is another one.
func (w *waiter) held(ref translate.Ref, world plan.World, found bool) (met bool, err error) {
	before, known := w.seen[ref]
	switch {
	case w.condition.Gone:
		if found && !known {
			w.seen[ref] = world.UID
		}
		return !found || known && before != world.UID, nil
	case !found && w.condition.String() == "there":
		return false, nil
	case !found:
		return false, &loop.NotFoundError{Ref: ref}
	}
	now := time.Now()
	pod := status.Pod(world, now)
	if met, err = w.condition.Met(pod); met || err != nil {
		return met, err
	}
	if why := w.condition.Barred(pod); why != "" {
		return false, fmt.Errorf("pod %s %s: it will not be %s", ref, why, w.condition)
	}
	w.last[ref] = world
	return false, nil
}

// late is the error of the time that is over, for each pod that is left.
func (w *waiter) late(ctx context.Context) error {
	var errs []error
	var worlds []plan.World
	now := time.Now()
	for _, ref := range w.left {
		text := "timed out waiting for the condition on pods/" + ref.Name
		if world, known := w.last[ref]; known {
			text += " (" + status.PodRow(status.Pod(world, now), now).Status + ")"
			worlds = append(worlds, world)
		}
		errs = append(errs, errors.New(text))
	}
	tellOfUnattended(ctx, tell.NewConsole(w.out.err), w.connection, worlds)
	return errors.Join(errs...)
}
