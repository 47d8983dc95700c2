package loop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Runner runs, stops and removes pods. Its methods may be called side by
// side, and by several processes at once: what they agree on is the engine.
type Runner struct {
	Engine Engine
	// Now is the clock.
	Now func() time.Time
	// Observer is told what is done; nil for nobody.
	Observer Observer
	// Book keeps what happens to the pods; nil for nobody.
	Book *Book
	// Kept is Memory.Kept, asked before each step: who keeps the pods may come
	// and go. Nil is nobody.
	Kept func(ctx context.Context) bool
	// Asked hints that something was asked of the pods by this process: of new
	// manifests Engine.Watch says nothing. Nil is never.
	Asked <-chan struct{}
}

// Result is how a pod was left.
type Result struct {
	World plan.World
	Step  plan.Step
	// Existed tells that the pod was there before and is the same.
	Existed bool
	// Undone tells that what this call had made was removed again.
	Undone bool
}

// RunOptions change what Run does.
type RunOptions struct {
	// Replace removes a pod of the same name that differs. Of several who do so
	// at once the one that was asked for last stays; the others have an
	// OvertakenError.
	Replace bool
	Aim
}

// Aim is how far a pod is brought, and how long it may take.
type Aim struct {
	// Reached reports that a pod has come as far as it is to; nil is that it
	// has Settled. It is asked after each look.
	Reached func(plan.World, plan.Step) bool
	// Timeout bounds how long it may take; 0 does not. The pod is left as it is
	// then, with a TimeoutError.
	Timeout time.Duration
	// Leave has a pod that cannot start left as it is, for whoever keeps it.
	Leave bool
}

// reached is the rule by which a pod has come as far as it is to.
func (a Aim) reached() func(plan.World, plan.Step) bool {
	if a.Reached == nil {
		return by(plan.Step.Settled)
	}
	return a.Reached
}

// by is a rule that the step alone decides.
func by(rule func(plan.Step) bool) func(plan.World, plan.Step) bool {
	return func(_ plan.World, s plan.Step) bool { return rule(s) }
}

// Run makes the pod and brings it on until it is up, has ended, or cannot
// start. In the last case, and when ctx ends before it is up, what this call made
// is removed again; a StaysError and an AbandonedError are about a pod that stays. A pod that exists and
// is the same is gone on with; one that differs is a DiffersError, and one that is
// stopped a StoppedError. Both have no Result: nothing was done.
func (r *Runner) Run(ctx context.Context, b *translate.Blueprint, opts RunOptions) (Result, error) {
	existing, err := r.make(ctx, b, opts)
	switch {
	case err != nil:
		return Result{}, err
	case existing != nil:
		res, err := r.bring(ctx, *existing, opts.Aim)
		res.Existed = true
		return res, err
	}
	return r.bringOrRemove(ctx, translate.RefOf(b.Pod), opts.Aim)
}

// Create makes the pod and does nothing more: a Keeper, or who else is at
// work on the engine's pods, brings it on. A pod of that name is an
// ExistsError.
func (r *Runner) Create(ctx context.Context, b *translate.Blueprint) error {
	existing, err := r.make(ctx, b, RunOptions{})
	if existing != nil || errors.As(err, new(*DiffersError)) {
		return &ExistsError{Ref: translate.RefOf(b.Pod)}
	}
	return err
}

// How long a name that is taken is waited for, and how often is looked: whoever
// has it may be making the same pod, or removing one.
const (
	birthTime     = 30 * time.Second
	shortestBirth = 50 * time.Millisecond
	longestBirth  = 3 * time.Second
)

// make makes the pod, or finds the one that is there already and is the same.
func (r *Runner) make(ctx context.Context, b *translate.Blueprint, opts RunOptions) (existing *translate.Ref, err error) {
	ref := translate.RefOf(b.Pod)
	start, against := r.Now(), plan.Yields
	if opts.Replace {
		against = plan.Replaces
	}
	for delay := shortestBirth; ; delay = min(2*delay, longestBirth) {
		looked := r.Now()
		existing, remains, err := r.clear(ctx, b, against)
		if err != nil || existing != nil {
			return existing, err
		}
		start = start.Add(r.Now().Sub(looked)) // a removal takes its grace
		err = r.birth(ctx, b)
		switch {
		case err == nil:
			r.sweep(ctx, remains)
			return nil, nil
		case !errors.Is(err, plan.ErrStale):
			return nil, errors.Join(err, r.undo(ctx, ref))
		case r.Now().Sub(start) > birthTime:
			return nil, &TakenError{Ref: ref, Name: b.Pause.Name, Err: err}
		}
		if err := sleep(ctx, delay); err != nil {
			return nil, err
		}
		if against == plan.Replaces {
			against = plan.Contends // others wait for the name too
		}
	}
}

// clear looks for pods of the same name: one that is being removed is waited
// for, one that is to be replaced is removed. It returns the pod to go on
// with, if there is one, and the pods that look as if they were being made.
func (r *Runner) clear(ctx context.Context, b *translate.Blueprint, against plan.Precedence) (existing *translate.Ref, unborn []translate.Ref, err error) {
	worlds, err := r.find(ctx, b.Pod.Namespace, b.Pod.Name)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range worlds {
		ref := translate.Ref{Namespace: b.Pod.Namespace, Name: b.Pod.Name, UID: w.UID}
		switch plan.Meet(b, w, against) {
		case plan.Pass:
			if w.Unborn() {
				unborn = append(unborn, ref)
			}
		case plan.Join:
			if w.Intent() == plan.Halted {
				return nil, nil, &StoppedError{Ref: ref}
			}
			return &ref, nil, nil
		case plan.Await:
			if err = r.finish(ctx, ref); errors.Is(err, errUnborn) {
				unborn, err = append(unborn, ref), nil
			}
		case plan.Replace:
			err = r.remove(ctx, ref, nil)
		case plan.Conflict:
			err = &DiffersError{Ref: ref, Want: b, Have: w.Want}
		case plan.Overtake:
			err = &OvertakenError{Ref: ref}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return nil, unborn, nil
}

// birth creates the pause. plan.ErrStale says that the name is taken. The
// engine goes on with a create that nobody waits for any more, so it is not
// broken off.
func (r *Runner) birth(ctx context.Context, b *translate.Blueprint) error {
	w := plan.World{UID: b.Pod.UID, Namespace: b.Pod.Namespace, Name: b.Pod.Name, Want: b}
	for _, op := range plan.Next(w, r.Now()).Ops {
		if err := r.do(ctx, w, op); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what births of the same name have left that were broken off.
// Who has the name now knows that nobody else is making a pod of it. What
// cannot be removed now is listed still, and no reason not to go on.
func (r *Runner) sweep(ctx context.Context, refs []translate.Ref) {
	for _, ref := range refs {
		_ = r.Kill(ctx, ref)
	}
}

func (r *Runner) do(ctx context.Context, w plan.World, op plan.Op) error {
	if op.Lasts() {
		ctx = context.WithoutCancel(ctx)
	}
	start := r.Now()
	r.observer().Began(w, op)
	err := r.Engine.Do(ctx, op, r.observer().Progress)
	r.observer().Done(w, op, r.Now().Sub(start), err)
	return err
}

// bring goes on with a pod until it has come as far as it is to.
func (r *Runner) bring(ctx context.Context, ref translate.Ref, aim Aim) (Result, error) {
	opts := options{until: aim.reached(), since: r.Now()}
	if aim.Timeout > 0 {
		opts.deadline = r.Now().Add(aim.Timeout)
	}
	res, err := r.see(ctx, ref, opts)
	switch {
	case err == nil:
		res.Step = plan.Unstarted(res.World, res.Step)
		err = verdict(ref, res, aim)
	case errors.Is(err, plan.ErrUnreachable) && plan.HasRun(res.World):
		err = &AbandonedError{Ref: ref, Err: err}
	}
	return res, err
}

// see is drive, and has what happens written meanwhile: the pod may take its
// time, and be looked at by others.
func (r *Runner) see(ctx context.Context, ref translate.Ref, opts options) (Result, error) {
	if r.Book == nil {
		return r.drive(ctx, ref, opts)
	}
	over, done := context.WithCancel(ctx)
	var writing sync.WaitGroup
	writing.Go(func() { r.Book.beside(over) })
	defer writing.Wait()
	defer done()
	return r.drive(ctx, ref, opts)
}

// stays reports whether a pod is left as it is that has not come up.
func stays(err error) bool {
	return errors.As(err, new(*TimeoutError)) || errors.As(err, new(*StaysError)) || errors.As(err, new(*AbandonedError))
}

// verdict is the error that keeps a pod from being up, if there is one.
func verdict(ref translate.Ref, res Result, aim Aim) error {
	switch res.Step.State {
	case plan.Gone, plan.Leaving:
		return &RemovedError{Ref: ref}
	case plan.Stopped, plan.Stopping:
		return &StoppedError{Ref: ref}
	}
	if aim.Leave {
		return nil
	}
	var errs []error
	for _, f := range res.Step.Faults() {
		errs = append(errs, f.Err)
	}
	err := errors.Join(errs...)
	if err != nil && plan.HasRun(res.World) {
		return &StaysError{err}
	}
	return err
}

// bringOrRemove goes on with a pod that this call made, and removes it when
// none of its containers could be started. One that takes too long stays, and so
// does one of which something runs or has run.
func (r *Runner) bringOrRemove(ctx context.Context, ref translate.Ref, aim Aim) (Result, error) {
	res, err := r.bring(ctx, ref, aim)
	up := false
	if ctx.Err() != nil {
		res, up = r.lookAgain(ctx, ref, res)
	}
	if err == nil || up || stays(err) || errors.As(err, new(*StoppedError)) || errors.As(err, new(*RemovedError)) {
		return res, err
	}
	left := r.undo(ctx, ref)
	res.Undone = left == nil
	return res, errors.Join(err, left)
}

// lookAgain tells what has become of a pod whose loop was broken off, and whether
// it is up.
func (r *Runner) lookAgain(ctx context.Context, ref translate.Ref, last Result) (now Result, up bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	w, err := r.Engine.Observe(ctx, ref.UID)
	if err != nil || w.Pause == nil {
		return last, false
	}
	last.World, last.Step = w, plan.Next(w, r.Now())
	return last, last.Step.State == plan.Up
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

// Kill removes a pod at once, without grace, and returns when its name is
// free.
func (r *Runner) Kill(ctx context.Context, ref translate.Ref) error {
	now := int64(0)
	err := r.remove(ctx, ref, &now)
	if err != nil {
		return fmt.Errorf("kill pod %s: %w", ref, err)
	}
	return nil
}
