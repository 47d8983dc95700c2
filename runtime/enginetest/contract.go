package enginetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Contracted is what the contract is about.
type Contracted interface {
	loop.Engine
	loop.Events
}

// Contract holds an engine to what loop.Engine and loop.Events promise. The engine has
// the image busybox. It may have other pods; those of the contract are in a
// namespace of this process and are gone afterwards. Its clauses run side by
// side, but for the one about hints: a hint does not say which pod it is about.
func Contract(t *testing.T, engine Contracted) {
	t.Run("watch hints at changes", func(t *testing.T) { clause(t, engine, watchHints) })
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"a pod that was never made is gone", neverMade},
		{"a pod is born with its volumes and its manifest", born},
		{"a unit lives once", livesOnce},
		{"a later attempt is the latest", laterAttempt},
		{"limits of a unit that runs are changed", resized},
		{"a pod's cgroup has its limits", podResized},
		{"a unit starts in a running pause only", startsInRunningPause},
		{"a pause starts again", pauseAgain},
		{"policies are kept", policies},
		{"what is asked for is kept", intents},
		{"a removal is known without the pause", removalIsKnown},
		{"of many who revise one succeeds", oneRevision},
		{"of many births one succeeds", oneBirth},
		{"a unit's name is taken once", oneCreate},
		{"what is not there is stale or gone", notThere},
		{"a volume in use stays", volumeInUse},
		{"what a removed pause leaves is listed", leftovers},
		{"a volume holds what it was filled with last", filledVolume},
		{"events stay with the pause", eventsStay},
		{"a context that has ended ends everything", contextEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clause(t, engine, c.run)
		})
	}
}

// clause holds the engine to one part of the contract, with a pod of its own.
func clause(t *testing.T, engine Contracted, run func(*bench)) {
	ctx, cancel := context.WithTimeout(t.Context(), contractTimeout)
	defer cancel()
	b := &bench{T: t, ctx: ctx, engine: engine, want: contractPod(t.Name())}
	t.Cleanup(b.sweep)
	run(b)
}

// contractTimeout bounds one clause of the contract on a busy machine.
const contractTimeout = 2 * time.Minute

// bench is one pod on one engine.
type bench struct {
	*testing.T
	ctx    context.Context
	engine Contracted
	want   *translate.Blueprint
}

// do does an operation that must succeed.
func (b *bench) do(op plan.Op) {
	b.Helper()
	if err := b.engine.Do(b.ctx, op, nil); err != nil {
		b.Fatalf("%s %s: %v", op.Kind, op.Target, err)
	}
}

// refused does an operation that must fail for this reason.
func (b *bench) refused(op plan.Op, reason error) {
	b.Helper()
	if err := b.engine.Do(b.ctx, op, nil); !errors.Is(err, reason) {
		b.Errorf("%s %s answers %v, want %v", op.Kind, op.Target, err, reason)
	}
}

// world observes the pod.
func (b *bench) world() plan.World {
	b.Helper()
	w, err := b.engine.Observe(b.ctx, b.want.Pod.UID)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// latest observes the newest attempt of the only unit.
func (b *bench) latest() plan.Container {
	b.Helper()
	c := b.world().Latest(contractUnit)
	if c == nil {
		b.Fatal("the unit has no attempt")
	}
	return *c
}

func (b *bench) birth() plan.Op {
	return plan.Op{Kind: plan.CreatePause, Target: b.want.Pause.Name, Request: &b.want.Pause}
}

// pause makes the pause and starts it.
func (b *bench) pause() {
	b.Helper()
	b.do(b.birth())
	b.do(plan.Op{Kind: plan.StartPause, Target: b.world().Pause.ID, Volumes: b.want.Volumes})
}

func (b *bench) attempt(n, backoff int) plan.Op {
	r, missing := b.want.Units[0].Attempt(translate.Inputs{}, n, backoff)
	if missing != nil {
		b.Fatal(missing)
	}
	return plan.Op{Kind: plan.CreateUnit, Unit: contractUnit, Attempt: n, Target: r.Name, Request: r}
}

// sweep removes whatever a clause has left, in the order that every engine
// accepts.
func (b *bench) sweep() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), contractTimeout)
	defer cancel()
	w, err := b.engine.Observe(ctx, b.want.Pod.UID)
	for _, op := range sweepOps(w) {
		err = errors.Join(err, b.engine.Do(ctx, op, nil))
	}
	if err != nil {
		b.Errorf("sweep: %v", err)
	}
	if w, err = b.engine.Observe(ctx, b.want.Pod.UID); err != nil || !w.Gone() {
		b.Errorf("after the sweep: %+v, %v, want nothing", w, err)
	}
}

func sweepOps(w plan.World) []plan.Op {
	var ops []plan.Op
	for _, c := range w.Containers {
		ops = append(ops, plan.Op{Kind: plan.StopUnit, Target: c.ID}, plan.Op{Kind: plan.RemoveUnit, Target: c.ID})
	}
	if w.Pause != nil {
		ops = append(ops, plan.Op{Kind: plan.RemovePause, Target: w.Pause.ID, Cgroup: w.Pause.Cgroup})
	}
	for _, v := range w.Volumes {
		ops = append(ops, plan.Op{Kind: plan.RemoveVolume, Target: v})
	}
	for _, r := range slices.Concat(w.Revisions, w.Notes) {
		ops = append(ops, plan.Op{Kind: plan.RemoveVolume, Target: r.Name})
	}
	return ops
}

// race does an operation from many sides at once and counts who succeeded;
// everyone else must be told that the world has changed.
func (b *bench) race(op plan.Op) (succeeded int) {
	b.Helper()
	const sides = 8
	errs := make([]error, sides)
	var group sync.WaitGroup
	for i := range sides {
		group.Go(func() { errs[i] = b.engine.Do(b.ctx, op, nil) })
	}
	group.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			succeeded++
		case !errors.Is(err, plan.ErrStale):
			b.Errorf("%s from many sides answers %v, want nothing or %v", op.Kind, err, plan.ErrStale)
		}
	}
	return succeeded
}

// listed tells whether Pods has the pod.
func (b *bench) listed() bool {
	b.Helper()
	refs, err := b.engine.Pods(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	return slices.Contains(refs, translate.RefOf(b.want.Pod))
}

// hinted waits for a hint.
func (b *bench) hinted(hints <-chan struct{}, of string) {
	b.Helper()
	select {
	case _, ok := <-hints:
		if !ok {
			b.Fatalf("watch was closed, want a hint of %s", of)
		}
	case <-b.ctx.Done():
		b.Fatalf("no hint of %s", of)
	}
}

// contractNamespace is of this process alone.
func contractNamespace() string { return fmt.Sprintf("t-contract-%d", os.Getpid()) }
