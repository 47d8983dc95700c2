package loop

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// options are the stopping rule of a loop and what wakes it.
type options struct {
	until func(plan.World, plan.Step) bool
	// deadline is when to give up waiting for until; zero is never.
	deadline time.Time
	// since is Memory.Since.
	since time.Time
	// hints say when to look again; nil is to watch the engine for it.
	hints <-chan struct{}
}

// loop is one process at work on one pod.
type loop struct {
	*Runner
	options
	ref     translate.Ref
	last    plan.World // the last look
	memory  plan.Memory
	busy    map[string]plan.Op // the operations under way, by subject
	results chan result
	heard   bool // whether the engine has hinted since the hints were listened to
}

type result struct {
	op   plan.Op
	took time.Duration
	err  error
}

// glance is how soon the pod is looked at while an operation is under way.
const glance = 2 * time.Second

// me is how many letters tell one loop from another.
const me = 10

// drive is the loop: observe, ask Next, do, observe again, until the
// stopping rule holds and nothing is under way.
func (r *Runner) drive(ctx context.Context, ref translate.Ref, opts options) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{Runner: r, options: opts, ref: ref, busy: map[string]plan.Op{}, results: make(chan result), memory: plan.Memory{Me: rand.Text()[:me], Since: opts.since}}
	res, err := l.turn(ctx)
	cancel()
	for len(l.busy) > 0 {
		broken := <-l.results
		if err == nil { // what nobody awaits has not failed: whoever keeps the pod begins it again
			delete(l.busy, broken.op.Subject())
			continue
		}
		l.settle(broken)
	}
	return res, err
}

// awaited reports whether an operation is under way whose end is waited for.
func (l *loop) awaited(step plan.Step) bool {
	for _, op := range l.busy {
		if step.Awaits(op) {
			return true
		}
	}
	return false
}

// turn goes round until the stopping rule holds. When all that has happened is
// that the time has come, Next is asked about the same look once more.
func (l *loop) turn(ctx context.Context) (Result, error) {
	for same := false; ; {
		w := l.last
		if !same {
			var err error
			if w, err = l.Engine.Observe(ctx, l.ref.UID); err != nil {
				return Result{World: l.last}, fmt.Errorf("look at pod %s: %w", l.ref, err)
			}
		}
		l.ref = known(l.ref, w)
		w = w.Recall(l.last.Containers, l.Now())
		l.memory.Kept = l.Kept != nil && l.Kept(ctx)
		w.Memory = l.memory
		l.last = w
		step := plan.Next(w, l.Now())
		l.observer().Saw(w, step)
		reached := l.until(w, step)
		switch {
		case reached && !l.awaited(step):
			return Result{World: w, Step: step}, nil
		case l.late():
			return Result{World: w, Step: step}, &TimeoutError{Ref: l.ref}
		}
		if !reached {
			l.start(ctx, step.Ops)
		}
		quiet, err := l.rest(ctx, step.Wake)
		if err != nil {
			return Result{World: w, Step: step}, err
		}
		same = quiet && !same && !w.Others() // of the signals that others send the engine hints nothing
	}
}

// known is the pod with the name that a look at it has told: of one that was heard
// of by an event only its UID is known.
func known(ref translate.Ref, w plan.World) translate.Ref {
	if w.Name != "" {
		ref.Namespace, ref.Name = w.Namespace, w.Name
	}
	return ref
}

// start does the operations side by side, at most one on a subject.
func (l *loop) start(ctx context.Context, ops []plan.Op) {
	for _, op := range ops {
		if _, busy := l.busy[op.Subject()]; busy {
			continue
		}
		start := l.Now()
		l.busy[op.Subject()] = op
		l.observer().Began(l.last, op)
		ctx := ctx
		if op.Lasts() {
			ctx = context.WithoutCancel(ctx)
		}
		go func() {
			err := l.Engine.Do(ctx, op, l.observer().Progress)
			l.results <- result{op: op, took: l.Now().Sub(start), err: err}
		}()
		runtime.Gosched() // have the requests leave in the order of the operations: the first takes longest
	}
}

// rest waits until there may be something to see: an operation ended, the
// engine hinted, or the time has come. It reports whether it was a short rest
// in which the engine would have hinted, had anything changed.
func (l *loop) rest(ctx context.Context, wake time.Time) (quiet bool, err error) {
	long := l.pause(wake)
	timer := time.NewTimer(long)
	defer timer.Stop()
	hints := l.watch(ctx)
	select {
	case res := <-l.results:
		l.settle(res)
		l.drain()
	case _, l.heard = <-hints:
		if !l.heard {
			l.hints = nil
			return false, sleep(ctx, glance)
		}
	case <-l.Asked:
	case <-timer.C:
		return len(hints) == 0 && l.heard && hints != nil && long < glance, nil
	case <-ctx.Done():
		return false, fmt.Errorf("pod %s: %w", l.ref, context.Cause(ctx))
	}
	return false, nil
}

// pause is how long to rest at most.
func (l *loop) pause(wake time.Time) time.Duration {
	const long = time.Minute
	longest := long
	if len(l.busy) > 0 {
		longest = glance
	}
	for _, at := range []time.Time{wake, l.deadline} {
		if !at.IsZero() {
			longest = min(longest, at.Sub(l.Now()))
		}
	}
	return max(0, longest)
}

// late reports whether the time is over in which the stopping rule was to hold.
func (l *loop) late() bool { return !l.deadline.IsZero() && !l.Now().Before(l.deadline) }

// watch is the engine's hints. While an operation is under way that is soon
// done, its result says more, and nothing is heard.
func (l *loop) watch(ctx context.Context) <-chan struct{} {
	for _, op := range l.busy {
		if kind := op.Kind; kind != plan.StopUnit && kind != plan.PreStop && kind != plan.PullImage {
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
	delete(l.busy, res.op.Subject())
	l.observer().Done(l.last, res.op, res.took, res.err)
	now := l.Now()
	l.memory = l.memory.Settle(res.op, res.err, now).Took(res.op, res.took, now)
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
