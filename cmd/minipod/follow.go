package main

import (
	"context"
	"errors"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/cmd/minipod/internal/logs"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// follower prints what all containers of a pod write, each from its start,
// while it narrates: it is a loop.Observer, and finds out from what the loop
// sees which containers there are.
type follower struct {
	*tell.Narrator
	uid   types.UID            // of the pod that is to be made
	begin func(plan.Container) // begins to follow one

	mu       sync.Mutex
	followed map[string]bool // containers by ID
	copies   sync.WaitGroup
	errs     []error
}

// newFollower prints to out until ctx ends.
func newFollower(ctx context.Context, n *tell.Narrator, uid types.UID, e connection, out *logs.Writers) *follower {
	f := &follower{Narrator: n, uid: uid, followed: map[string]bool{}}
	f.begin = func(c plan.Container) {
		f.copies.Go(func() { f.ended(ctx, copyLog(ctx, e, c, out)) })
	}
	return f
}

// Saw begins to follow the containers that were started since the last look, but for
// those of an older pod whose removal is waited for.
func (f *follower) Saw(w plan.World, s plan.Step) {
	f.Narrator.Saw(w, s)
	if w.Leaving() && w.UID != f.uid {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range w.Containers {
		if !c.StartedAt.IsZero() && !f.followed[c.ID] {
			f.followed[c.ID] = true
			f.begin(c)
		}
	}
}

func copyLog(ctx context.Context, e connection, c plan.Container, out *logs.Writers) error {
	stdout, stderr := out.Writer(c.Unit), out.Writer(c.Unit)
	defer stderr.Flush()
	defer stdout.Flush()
	return e.Logs(ctx, c.ID, engine.LogOptions{Follow: true}, stdout, stderr)
}

// ended takes in how the following of a container ended. That it was removed
// meanwhile is no fault.
func (f *follower) ended(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, plan.ErrStale) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errs = append(f.errs, err)
}

// Wait waits until all that was written is printed: the containers that are
// followed have ended.
func (f *follower) Wait() error {
	f.copies.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.errs...)
}
