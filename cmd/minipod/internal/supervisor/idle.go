package supervisor

import (
	"context"
	"errors"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
)

// Supervisor keeps all pods of an engine, one process at a time.
type Supervisor struct {
	Engine  loop.Engine
	Changes loop.Changes
	Objects loop.Objects
	// Events keeps what happens to the pods.
	Events loop.Events
	Place  Place
	// Command is what the lock says of this process.
	Command string
	// Idle is how long no pod has to need it for it to end; 0 is for ever.
	Idle time.Duration
	// Began is told that no other process keeps the pods, and this one does.
	Began func()
	// Failed is told when a pod could not be looked at.
	Failed func(err error)
}

// Run keeps the pods until ctx ends or no pod has needed it for a while. Where
// another process keeps them it is a TakenError.
func (s *Supervisor) Run(ctx context.Context) error {
	held, err := s.Place.Inherit(s.Command)
	if err != nil {
		return err
	}
	if s.Began != nil {
		s.Began()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	need := &needs{since: time.Now(), pods: map[types.UID]bool{}}
	keeper := &loop.Keeper{
		Runner:  &loop.Runner{Engine: s.Engine, Now: time.Now, Observer: need, Book: &loop.Book{Events: s.Events, Now: time.Now}},
		Changes: s.Changes, Objects: s.Objects, Failed: s.Failed,
	}
	var keeping sync.WaitGroup
	keeping.Go(func() { keeper.Run(ctx) })
	for s.wait(ctx, need) {
		held.Release()
		if held, err = s.retake(ctx, keeper.Runner); held == nil {
			cancel()
			keeping.Wait()
			return err
		}
		need.again()
	}
	keeping.Wait()
	held.Release()
	return nil
}

// retake takes the lock again if a pod needs a supervisor after all. Whoever
// made a pod before the lock was let go of saw it held and started none, so
// the last look comes after that.
func (s *Supervisor) retake(ctx context.Context, r *loop.Runner) (*Held, error) {
	worlds, err := r.List(ctx)
	needed := err != nil // an engine that is away comes back with its pods
	for _, w := range worlds {
		needed = needed || plan.NeedsKeeper(w)
	}
	if !needed {
		return nil, nil
	}
	held, err := s.Place.Hold(s.Command)
	if errors.As(err, new(*TakenError)) {
		return nil, nil // another one has come meanwhile
	}
	return held, err
}

// tick is how often is looked whether a pod needs the supervisor.
const tick = time.Second

// wait waits until no pod has needed the supervisor for so long; false when
// ctx has ended.
func (s *Supervisor) wait(ctx context.Context, need *needs) bool {
	if s.Idle == 0 {
		<-ctx.Done()
		return false
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
			if need.idle(time.Now()) >= s.Idle {
				return true
			}
		}
	}
}

// needs knows which pods need somebody who keeps them, by what is seen of them.
type needs struct {
	mu    sync.Mutex
	pods  map[types.UID]bool
	since time.Time // when a pod needed somebody last
}

// Saw is loop.Observer.
func (n *needs) Saw(w plan.World, _ plan.Step) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if plan.NeedsKeeper(w) {
		n.pods[w.UID] = true
	} else {
		delete(n.pods, w.UID)
	}
}

// Began is loop.Observer.
func (*needs) Began(plan.World, plan.Op) {}

// Done is loop.Observer.
func (*needs) Done(plan.World, plan.Op, time.Duration, error) {}

// Progress is loop.Observer.
func (*needs) Progress(engine.Progress) {}

// idle is for how long no pod has needed anybody.
func (n *needs) idle(now time.Time) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.pods) > 0 {
		n.since = now
	}
	return now.Sub(n.since)
}

// again begins to count anew.
func (n *needs) again() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.since = time.Now()
}
