package loop

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Lister is an Engine that reads all pods with fewer requests than one by one.
type Lister interface {
	// All is Observe of each of Pods, in their order.
	All(ctx context.Context) ([]plan.World, error)
}

// List reads every pod of the engine, by namespace and name.
func (r *Runner) List(ctx context.Context) ([]plan.World, error) {
	if all, ok := r.Engine.(Lister); ok {
		return all.All(ctx)
	}
	refs, err := r.Engine.Pods(ctx)
	if err != nil {
		return nil, err
	}
	return r.observe(ctx, refs)
}

// observers bounds how many pods are read at a time.
const observers = 8

func (r *Runner) observe(ctx context.Context, refs []translate.Ref) ([]plan.World, error) {
	worlds := make([]plan.World, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(observers)
	for i, ref := range refs {
		group.Go(func() (err error) {
			worlds[i], err = r.Engine.Observe(ctx, ref.UID)
			return err
		})
	}
	return worlds, group.Wait()
}

// find reads all that there is under a name: at most one pod, and what is
// left of removed ones.
func (r *Runner) find(ctx context.Context, namespace, name string) ([]plan.World, error) {
	refs, err := r.Engine.Pods(ctx)
	if err != nil {
		return nil, err
	}
	var own []translate.Ref
	for _, ref := range refs {
		if ref.Namespace == namespace && ref.Name == name {
			own = append(own, ref)
		}
	}
	return r.observe(ctx, own)
}

// Find reads a pod by its name; a NotFoundError where there is none.
func (r *Runner) Find(ctx context.Context, namespace, name string) (plan.World, error) {
	worlds, err := r.find(ctx, namespace, name)
	if err != nil {
		return plan.World{}, err
	}
	for _, w := range worlds {
		if w.Pause != nil {
			return w, nil
		}
	}
	return plan.World{}, &NotFoundError{Ref: translate.Ref{Namespace: namespace, Name: name}}
}

// Remove removes a pod and all that is its own; of a pod that was removed
// half it removes the rest. grace is in seconds; nil is the pod's own. Where
// there is nothing of that name: a NotFoundError.
func (r *Runner) Remove(ctx context.Context, namespace, name string, grace *int64) error {
	worlds, err := r.find(ctx, namespace, name)
	if err != nil {
		return err
	}
	removed := 0
	for _, w := range worlds {
		if w.Gone() {
			continue
		}
		removed++
		if err := r.remove(ctx, w, translate.Ref{Namespace: namespace, Name: name, UID: w.UID}, grace); err != nil {
			return err
		}
	}
	if removed == 0 {
		return &NotFoundError{Ref: translate.Ref{Namespace: namespace, Name: name}}
	}
	return nil
}

func (r *Runner) remove(ctx context.Context, w plan.World, ref translate.Ref, grace *int64) error {
	if err := r.intend(ctx, w, plan.Going); err != nil {
		return err
	}
	res, err := r.drive(ctx, ref, options{grace: grace, until: goneOrStuck})
	if err != nil || res.Step.State == plan.Gone {
		return err
	}
	if faults := res.Step.Faults(); len(faults) > 0 {
		return fmt.Errorf("remove pod %s: %w", ref, faults[0].Err)
	}
	return fmt.Errorf("remove pod %s: %s", ref, res.Step.Waits[0].Detail)
}

// patience is how often a removal is tried that fails for a reason which may
// pass, such as someone else who is at work on the pod.
const patience = 3

// goneOrStuck is the stopping rule of a removal.
func goneOrStuck(_ plan.World, s plan.Step) bool {
	return s.State == plan.Gone || len(s.Ops) == 0 && slices.ContainsFunc(s.Waits, func(w plan.Wait) bool {
		return w.Fault == nil || w.Fault.Count >= patience || errors.Is(w.Fault.Err, plan.ErrPermanent)
	})
}

// Kill removes a pod at once, without grace, and returns when its name is
// free.
func (r *Runner) Kill(ctx context.Context, ref translate.Ref) error {
	w, err := r.Engine.Observe(ctx, ref.UID)
	if err != nil || w.Gone() {
		return err
	}
	now := int64(0)
	return r.remove(ctx, w, ref, &now)
}

// intend writes down what is wanted of a pod, for everyone who is at work on
// it. A pod whose pause is gone meanwhile needs nothing written.
func (r *Runner) intend(ctx context.Context, w plan.World, intent plan.Intent) error {
	if w.Pause == nil || w.Pause.Intent == intent {
		return nil
	}
	err := r.do(ctx, plan.Op{Kind: plan.SetIntent, Target: w.Pause.ID, Intent: intent})
	if errors.Is(err, plan.ErrStale) {
		return nil
	}
	return err
}

// Stop stops a pod's containers, keeps them, and keeps them from being
// restarted until Start.
func (r *Runner) Stop(ctx context.Context, namespace, name string, grace *int64) error {
	w, err := r.Find(ctx, namespace, name)
	if err != nil {
		return err
	}
	if w.Leaving() {
		return fmt.Errorf("stop pod %s: it is being removed", name)
	}
	if err := r.intend(ctx, w, plan.Halted); err != nil {
		return err
	}
	ref := translate.Ref{Namespace: namespace, Name: name, UID: w.UID}
	res, err := r.drive(ctx, ref, options{grace: grace, until: func(_ plan.World, s plan.Step) bool {
		return s.State == plan.Gone || len(s.Ops) == 0
	}})
	if err != nil {
		return err
	}
	if faults := res.Step.Faults(); len(faults) > 0 {
		return fmt.Errorf("stop pod %s: %w", ref, faults[0].Err)
	}
	return nil
}

// Start brings a stopped or ended pod up again, in new containers. One that
// is up already is left as it is.
func (r *Runner) Start(ctx context.Context, namespace, name string) (Result, error) {
	w, err := r.Find(ctx, namespace, name)
	if err != nil {
		return Result{}, err
	}
	if w.Leaving() {
		return Result{}, fmt.Errorf("start pod %s: it is being removed", name)
	}
	if err := r.intend(ctx, w, plan.Wanted); err != nil {
		return Result{}, err
	}
	if w.Pause.State != plan.Running && w.Want != nil {
		if err := r.do(ctx, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}); err != nil && !errors.Is(err, plan.ErrStale) {
			return Result{}, err
		}
	}
	return r.bring(ctx, translate.Ref{Namespace: namespace, Name: name, UID: w.UID})
}
