package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Runner runs, stops and removes pods. Its methods may be called side by
// side, and by several processes at once: what they agree on is the engine.
type Runner struct {
	Engine Engine
	// Now is the clock.
	Now func() time.Time
	// Report is told what is done; nil for nobody. It is called from one
	// goroutine at a time.
	Report Reporter
}

// Reporter is told what the loop does.
type Reporter interface {
	// Done is told of an operation that ended, and how long it took.
	Done(op plan.Op, took time.Duration, err error)
	// Progress is told how a pull goes on.
	Progress(p engine.Progress)
	// Note is told of something that a user should know.
	Note(text string)
}

// Result is how a pod was left.
type Result struct {
	World plan.World
	Step  plan.Step
	// Existed tells that the pod was there before and is the same.
	Existed bool
}

// RunOptions change what Run does.
type RunOptions struct {
	// Replace removes a pod of the same name that differs.
	Replace bool
}

// births is how often Run tries again when others make and remove a pod of
// the same name meanwhile.
const births = 10

// Run makes the pod and brings it on until it is up, has ended, or cannot
// start. In the last case, and when ctx ends before, what this call made is
// removed again. A pod that exists and is the same is gone on with; one that
// differs is a DiffersError.
func (r *Runner) Run(ctx context.Context, b *translate.Blueprint, opts RunOptions) (Result, error) {
	ref := translate.RefOf(b.Pod)
	for range births {
		existing, err := r.clear(ctx, b, opts)
		if err != nil {
			return Result{}, err
		}
		if existing != nil {
			res, err := r.bring(ctx, *existing)
			res.Existed = true
			return res, err
		}
		switch err := r.birth(ctx, b); {
		case err == nil:
			return r.bringOrRemove(ctx, ref)
		case !errors.Is(err, plan.ErrStale):
			return Result{}, errors.Join(err, r.undo(ctx, ref))
		}
	}
	return Result{}, fmt.Errorf("create pod %s: the name %s is taken by a container that is not of a pod, or by pods that come and go", ref, b.Pause.Name)
}

// Create makes the pod and does nothing more: a Keeper, or who else is at
// work on the engine's pods, brings it on. A pod of that name is an
// ExistsError.
func (r *Runner) Create(ctx context.Context, b *translate.Blueprint) error {
	ref := translate.RefOf(b.Pod)
	for range births {
		existing, err := r.clear(ctx, b, RunOptions{})
		if err != nil {
			return err
		}
		if existing != nil {
			return &ExistsError{Ref: ref}
		}
		if err := r.birth(ctx, b); !errors.Is(err, plan.ErrStale) {
			return err
		}
	}
	return &ExistsError{Ref: ref}
}

// clear looks for a pod of the same name: what is left of a removed one is
// removed, one that is leaving is waited for. It returns the pod to go on
// with, if there is one.
func (r *Runner) clear(ctx context.Context, b *translate.Blueprint, opts RunOptions) (*translate.Ref, error) {
	worlds, err := r.find(ctx, b.Pod.Namespace, b.Pod.Name)
	if err != nil {
		return nil, err
	}
	for _, w := range worlds {
		ref := translate.Ref{Namespace: b.Pod.Namespace, Name: b.Pod.Name, UID: w.UID}
		switch {
		case w.Pause == nil || w.Leaving():
			if _, err := r.drive(ctx, ref, options{until: gone}); err != nil {
				return nil, err
			}
		case same(b, w.Want):
			return &ref, nil
		case !opts.Replace:
			return nil, &DiffersError{Ref: ref, Want: b, Have: w.Want}
		default:
			if err := r.remove(ctx, w, ref, nil); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// birth creates the pause. plan.ErrStale says that the name is taken.
func (r *Runner) birth(ctx context.Context, b *translate.Blueprint) error {
	step := plan.Next(plan.World{UID: b.Pod.UID, Want: b}, r.Now())
	for _, op := range step.Ops {
		if err := r.do(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) do(ctx context.Context, op plan.Op) error {
	start := r.Now()
	err := r.Engine.Do(ctx, op, r.progress)
	if r.Report != nil {
		r.Report.Done(op, r.Now().Sub(start), err)
	}
	return err
}

func (r *Runner) progress(p engine.Progress) {
	if r.Report != nil {
		r.Report.Progress(p)
	}
}

// bring goes on with a pod until it is up, has ended or cannot start.
func (r *Runner) bring(ctx context.Context, ref translate.Ref) (Result, error) {
	res, err := r.drive(ctx, ref, options{until: settled})
	if err != nil {
		return res, err
	}
	return res, verdict(ref, res)
}

// verdict is the error that keeps a pod from being up, if there is one.
func verdict(ref translate.Ref, res Result) error {
	switch res.Step.State {
	case plan.Gone, plan.Leaving:
		return fmt.Errorf("pod %s was removed meanwhile", ref)
	case plan.Stopped:
		return &StoppedError{Ref: ref}
	}
	var errs []error
	for _, f := range res.Step.Faults() {
		errs = append(errs, f.Err)
	}
	return errors.Join(errs...)
}

// bringOrRemove goes on with a pod that this call made, and removes it when
// it does not come up.
func (r *Runner) bringOrRemove(ctx context.Context, ref translate.Ref) (Result, error) {
	res, err := r.bring(ctx, ref)
	if err == nil || errors.As(err, new(*StoppedError)) {
		return res, err
	}
	return res, errors.Join(err, r.undo(ctx, ref))
}

// undoTime bounds the removal of what a failed run made.
const undoTime = 60 * time.Second

// undo removes what a run made, also when its context has ended. Where the
// engine is gone nothing can be removed: the error says what to do later.
func (r *Runner) undo(ctx context.Context, ref translate.Ref) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if err := r.Kill(ctx, ref); err != nil {
		return &LeftoverError{Ref: ref, Err: err}
	}
	return nil
}

// settled is the stopping rule of run: nothing more to do for now, or
// something in the way.
func settled(_ plan.World, s plan.Step) bool {
	switch s.State {
	case plan.Up, plan.Finished, plan.Stopped:
		return len(s.Ops) == 0 || len(s.Faults()) > 0
	case plan.Gone:
		return true
	case plan.Starting:
		return len(s.Faults()) > 0
	}
	return false
}

func gone(_ plan.World, s plan.Step) bool { return s.State == plan.Gone }
