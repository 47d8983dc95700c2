package loop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// options are the stopping rule of a loop and what it is to know.
type options struct {
	until func(plan.World, plan.Step) bool
	grace *int64
	// seen is told of every world; nil for nobody.
	seen func(plan.World, plan.Step)
	// began and ended are told of every operation; nil for nobody.
	began func(w plan.World, op plan.Op)
	ended func(w plan.World, op plan.Op, took time.Duration, err error)
	// hints say when to look again; nil is to watch the engine for it.
	hints <-chan struct{}
}

// loop is one process at work on one pod. What it remembers may be lost: it
// is found out again.
type loop struct {
	*Runner
	options
	ref     translate.Ref
	last    plan.World // the last look
	faults  map[string]plan.Fault
	pulled  map[string]bool
	stale   map[string]int
	busy    map[string]plan.Kind // the operations under way, by subject
	results chan result
}

type result struct {
	op   plan.Op
	took time.Duration
	err  error
}

// maxStale is how often in a row an operation may be too late before that
// counts as a failure: something else holds the name.
const maxStale = 5

// glance is how soon the pod is looked at while an operation is under way.
const glance = 2 * time.Second

// drive is the loop: observe, ask Next, do, observe again, until the
// stopping rule holds and nothing is under way.
func (r *Runner) drive(ctx context.Context, ref translate.Ref, opts options) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{
		Runner: r, options: opts, ref: ref,
		faults: map[string]plan.Fault{}, pulled: map[string]bool{}, stale: map[string]int{},
		busy: map[string]plan.Kind{}, results: make(chan result),
	}
	res, err := l.turn(ctx)
	cancel()
	for len(l.busy) > 0 {
		l.settle(<-l.results)
	}
	return res, err
}

// turn goes round until the stopping rule holds.
func (l *loop) turn(ctx context.Context) (Result, error) {
	for {
		w, err := l.Engine.Observe(ctx, l.ref.UID)
		if err != nil {
			return Result{}, fmt.Errorf("look at pod %s: %w", l.ref, err)
		}
		// Copies: who is told of a world may keep it.
		w.Faults, w.Pulled, w.Grace = maps.Clone(l.faults), maps.Clone(l.pulled), l.grace
		l.last = w
		step := plan.Next(w, l.Now())
		if l.seen != nil {
			l.seen(w, step)
		}
		if len(l.busy) == 0 && l.until(w, step) {
			return Result{World: w, Step: step}, nil
		}
		if !l.until(w, step) {
			l.start(ctx, step.Ops)
		}
		if err := l.rest(ctx, step.Wake); err != nil {
			return Result{World: w, Step: step}, err
		}
	}
}

// start does the operations side by side, at most one on a subject.
func (l *loop) start(ctx context.Context, ops []plan.Op) {
	for _, op := range ops {
		if _, busy := l.busy[op.Subject()]; busy {
			continue
		}
		start := l.Now()
		l.busy[op.Subject()] = op.Kind
		if l.began != nil {
			l.began(l.last, op)
		}
		before := l.stale[op.Key()]
		go func() {
			err := l.Engine.Do(ctx, op, l.progress)
			took := l.Now().Sub(start)
			if errors.Is(err, plan.ErrStale) {
				_ = sleep(ctx, staleDelay(before))
			}
			l.results <- result{op: op, took: took, err: err}
		}()
	}
}

// staleDelay is how long to wait after an operation that came too late, so many
// times in a row: not at all, and then longer and longer. What is under way,
// such as a create that has taken its name, is not to be seen before it is done.
func staleDelay(times int) time.Duration {
	const shortest = 50 * time.Millisecond
	if times == 0 {
		return 0
	}
	return shortest << (times - 1)
}

// rest waits until there may be something to see: an operation ended, the
// engine hinted, or the time has come.
func (l *loop) rest(ctx context.Context, wake time.Time) error {
	timer := time.NewTimer(l.pause(wake))
	defer timer.Stop()
	select {
	case res := <-l.results:
		l.settle(res)
		l.drain()
	case _, ok := <-l.watch(ctx):
		if !ok {
			l.hints = nil
			return sleep(ctx, glance)
		}
	case <-timer.C:
	case <-ctx.Done():
		return fmt.Errorf("pod %s: %w", l.ref, context.Cause(ctx))
	}
	return nil
}

// pause is how long to rest at most.
func (l *loop) pause(wake time.Time) time.Duration {
	const long = time.Minute
	longest := long
	if len(l.busy) > 0 {
		longest = glance
	}
	if wake.IsZero() {
		return longest
	}
	return max(0, min(longest, wake.Sub(l.Now())))
}

// watch is the engine's hints. While an operation is under way that is soon
// done, its result says more, and nothing is heard.
func (l *loop) watch(ctx context.Context) <-chan struct{} {
	for _, kind := range l.busy {
		if kind != plan.StopUnit && kind != plan.PullImage {
			return nil
		}
	}
	if l.hints == nil {
		l.hints = l.Engine.Watch(ctx, l.ref.UID)
	}
	return l.hints
}

// drain takes in the results that are there already.
func (l *loop) drain() {
	for {
		select {
		case res := <-l.results:
			l.settle(res)
		default:
			return
		}
	}
}

// settle remembers how an operation ended.
func (l *loop) settle(res result) {
	key := res.op.Key()
	delete(l.busy, res.op.Subject())
	if l.Report != nil {
		l.Report.Done(res.op, res.took, res.err)
	}
	if l.ended != nil {
		l.ended(l.last, res.op, res.took, res.err)
	}
	switch {
	case res.err == nil:
		delete(l.stale, key)
		l.forget(res.op)
		if res.op.Kind == plan.PullImage {
			l.pulled[key] = true
		}
	case errors.Is(res.err, plan.ErrStale) && l.stale[key] < maxStale:
		l.stale[key]++
	default:
		l.faults[key] = plan.Fault{Op: res.op, Err: res.err, At: l.Now(), Count: l.faults[key].Count + 1}
	}
}

// forget drops the faults of what has succeeded now.
func (l *loop) forget(op plan.Op) {
	for key, f := range l.faults {
		if op.Clears(f) {
			delete(l.faults, key)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
