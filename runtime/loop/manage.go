package loop

import (
	"context"
	"errors"
	"fmt"

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
	worlds, _, err := r.among(ctx, namespace, name)
	return worlds, err
}

// among is find, and all pods that there are.
func (r *Runner) among(ctx context.Context, namespace, name string) (worlds []plan.World, refs []translate.Ref, err error) {
	refs, err = r.Engine.Pods(ctx)
	if err != nil {
		return nil, nil, err
	}
	var own []translate.Ref
	for _, ref := range refs {
		if ref.Namespace == namespace && ref.Name == name {
			own = append(own, ref)
		}
	}
	worlds, err = r.observe(ctx, own)
	return worlds, refs, err
}

// readable is Find of a pod whose manifest can be read.
func (r *Runner) readable(ctx context.Context, namespace, name string) (plan.World, error) {
	w, err := r.Find(ctx, namespace, name)
	if err == nil && w.Want == nil {
		err = &InvalidError{Ref: translate.Ref{Namespace: namespace, Name: name, UID: w.UID}, Why: w.Invalid}
	}
	return w, err
}

// Find reads a pod by its name; a NotFoundError where there is none.
func (r *Runner) Find(ctx context.Context, namespace, name string) (plan.World, error) {
	worlds, all, err := r.among(ctx, namespace, name)
	if err != nil {
		return plan.World{}, err
	}
	for _, w := range worlds {
		if plan.Shown(w, r.Now()) {
			return w, nil
		}
	}
	return plan.World{}, absent(translate.Ref{Namespace: namespace, Name: name}, all)
}

// Remove removes a pod and all that is its own; of a pod that was removed
// half it removes the rest. grace is in seconds; nil is the pod's own. Where
// there is nothing of that name: a NotFoundError.
func (r *Runner) Remove(ctx context.Context, namespace, name string, grace *int64) error {
	return r.each(ctx, namespace, name, func(w plan.World) error {
		return r.remove(ctx, translate.Ref{Namespace: namespace, Name: name, UID: w.UID}, grace)
	})
}

// AskRemove has it written down that a pod is to be removed, for whoever is at
// work on it: see Remove. What is left of one that has no pause to write it down in
// is removed.
func (r *Runner) AskRemove(ctx context.Context, namespace, name string, grace *int64) error {
	return r.each(ctx, namespace, name, func(w plan.World) error {
		ref := translate.Ref{Namespace: namespace, Name: name, UID: w.UID}
		if w.Pause == nil {
			return r.remove(ctx, ref, grace)
		}
		return r.ask(ctx, ref, func(w plan.World) (plan.Op, bool) { return plan.Remove(w, grace, r.Now()) })
	})
}

// each does something with all that there is under a name, which is something.
func (r *Runner) each(ctx context.Context, namespace, name string, do func(plan.World) error) error {
	worlds, all, err := r.among(ctx, namespace, name)
	if err != nil {
		return err
	}
	found := false
	for _, w := range worlds {
		if w.Gone() && len(w.Notes) == 0 {
			continue
		}
		found = true
		if err := do(w); err != nil {
			return err
		}
	}
	if !found {
		return absent(translate.Ref{Namespace: namespace, Name: name}, all)
	}
	return nil
}

// remove asks for a removal and sees it through.
func (r *Runner) remove(ctx context.Context, ref translate.Ref, grace *int64) error {
	start := r.Now()
	for {
		err := r.ask(ctx, ref, func(w plan.World) (plan.Op, bool) { return plan.Remove(w, grace, r.Now()) })
		if err != nil {
			return err
		}
		err = r.finish(ctx, ref)
		if !errors.Is(err, errUnborn) || r.Now().Sub(start) > birthTime {
			return err
		}
		if err := sleep(ctx, shortestBirth); err != nil {
			return err
		}
	}
}

// errUnborn says that what is left of a pod looks as if it were being made.
// That need not be so: the engine does not list its volumes of one moment, and
// that it is being removed may be missing where a volume is not. The next look
// tells.
var errUnborn = errors.New("its volumes are there and its pause is not")

// finish sees a removal through that was asked for.
func (r *Runner) finish(ctx context.Context, ref translate.Ref) error {
	res, err := r.see(ctx, ref, options{until: by(plan.Step.Ended)})
	switch {
	case err != nil || res.Step.State == plan.Gone:
		return err
	case res.Step.State == plan.Unborn:
		return fmt.Errorf("remove pod %s: %w", ref, errUnborn)
	}
	if faults := res.Step.Faults(); len(faults) > 0 {
		return fmt.Errorf("remove pod %s: %w", ref, faults[0].Err)
	}
	return &HeldError{Ref: ref, Why: res.Step.Waits[0].Detail}
}

// asked is how often something is asked for that comes too late, because
// others write the pod's manifest at the same time.
const asked = 50

// ask has something written down that is wanted of a pod, unless it is wanted
// already.
func (r *Runner) ask(ctx context.Context, ref translate.Ref, what func(plan.World) (plan.Op, bool)) error {
	var err error
	for range asked {
		var w plan.World
		if w, err = r.Engine.Observe(ctx, ref.UID); err != nil {
			return fmt.Errorf("look at pod %s: %w", ref, err)
		}
		if w.Name == "" {
			w.Namespace, w.Name = ref.Namespace, ref.Name
		}
		op, ok := what(w)
		if !ok {
			return nil
		}
		if err = r.do(ctx, w, op); !errors.Is(err, plan.ErrStale) {
			return err
		}
		if err := sleep(ctx, shortestBirth); err != nil {
			return err
		}
	}
	return err
}

// AskStop has it written down that a pod is to be stopped, for whoever is at work
// on it: see Stop. One that is being removed is a LeavingError.
func (r *Runner) AskStop(ctx context.Context, namespace, name string, grace *int64) (translate.Ref, error) {
	w, err := r.readable(ctx, namespace, name)
	if err != nil {
		return translate.Ref{}, err
	}
	ref := translate.Ref{Namespace: namespace, Name: name, UID: w.UID}
	if w.Leaving() {
		return ref, &LeavingError{ref}
	}
	return ref, r.ask(ctx, ref, func(w plan.World) (plan.Op, bool) { return plan.Stop(w, grace) })
}

// Stop stops a pod's containers, keeps them, and keeps them from being
// restarted until Start. grace is in seconds; nil is the pod's own.
func (r *Runner) Stop(ctx context.Context, namespace, name string, grace *int64) error {
	ref, err := r.AskStop(ctx, namespace, name, grace)
	if err != nil {
		return err
	}
	over := func(w plan.World, s plan.Step) bool { return s.Quiet() || w.Intent() == plan.Wanted }
	res, err := r.see(ctx, ref, options{until: over})
	switch faults := res.Step.Faults(); {
	case err != nil:
		return err
	case res.Step.State == plan.Leaving, res.Step.State == plan.Gone:
		return &LeavingError{ref}
	case res.World.Want != nil && res.World.Intent() == plan.Wanted:
		return &StartedError{ref}
	case len(faults) > 0:
		return fmt.Errorf("stop pod %s: %w", ref, faults[0].Err)
	}
	return nil
}

// Start brings a stopped or ended pod up again, in new containers. One that
// is up already is left as it is.
func (r *Runner) Start(ctx context.Context, namespace, name string) (Result, error) {
	w, err := r.readable(ctx, namespace, name)
	if err != nil {
		return Result{}, err
	}
	ref := translate.Ref{Namespace: namespace, Name: name, UID: w.UID}
	if err := r.ask(ctx, ref, plan.Start); err != nil {
		return Result{}, err
	}
	res, err := r.bring(ctx, ref, Aim{})
	if errors.As(err, new(*StoppedError)) {
		return res, fmt.Errorf("start pod %s: it was stopped again meanwhile", ref)
	}
	return res, err
}
