package loop

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Changes is the one stream of hints for all pods of an engine.
type Changes interface {
	// Changes sends the UID of a pod that may have changed, or "" when any
	// may have. The channel is closed when ctx ends.
	Changes(ctx context.Context) <-chan types.UID
}

// Keeper keeps every pod of an engine as it is wanted: the loop over every
// pod. It holds nothing that matters; several may keep one engine.
type Keeper struct {
	Runner  *Runner
	Changes Changes
	// Objects hints at objects that pods refer to; without it pods find out
	// when they are next looked at.
	Objects Objects
	// Failed is told when a pod could not be looked at; it is tried again.
	Failed func(err error)

	mu   sync.Mutex
	pods map[types.UID]kept // that are kept
}

// again is how long after a failed look a pod is looked at again, and resync
// how often all are listed though nothing was heard.
const (
	again  = 2 * time.Second
	resync = time.Minute
)

// Run keeps the pods until ctx ends, and returns when all who keep one have
// stopped. The pods are left as they are.
func (k *Keeper) Run(ctx context.Context) {
	var keepers sync.WaitGroup
	defer keepers.Wait()
	if k.Runner.Book != nil {
		keepers.Go(func() { k.Runner.Book.Run(ctx) })
	}
	if k.Objects != nil {
		keepers.Go(func() { k.followObjects(ctx) })
	}
	changes := k.Changes.Changes(ctx)
	ticker := time.NewTicker(resync)
	defer ticker.Stop()
	for {
		k.all(ctx, &keepers)
		if !k.listen(ctx, &keepers, changes, ticker.C) {
			return
		}
	}
}

// listen passes hints on until all pods are to be listed again; false when
// ctx has ended.
func (k *Keeper) listen(ctx context.Context, keepers *sync.WaitGroup, changes <-chan types.UID, resync <-chan time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-resync:
			return true
		case uid, ok := <-changes:
			switch {
			case !ok:
				<-ctx.Done()
				return false
			case uid == "":
				return true
			}
			k.hint(ctx, keepers, translate.Ref{UID: uid})
		}
	}
}

// all looks at every pod there is.
func (k *Keeper) all(ctx context.Context, keepers *sync.WaitGroup) {
	refs, err := k.Runner.Engine.Pods(ctx)
	if err != nil {
		k.fail(ctx, err)
		return
	}
	for _, ref := range refs {
		k.hint(ctx, keepers, ref)
	}
}

// hint has a pod looked at, by one who keeps it from now on if nobody does.
func (k *Keeper) hint(ctx context.Context, keepers *sync.WaitGroup, ref translate.Ref) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pods == nil {
		k.pods = map[types.UID]kept{}
	}
	known, found := k.pods[ref.UID]
	pod := known.keptAs(ref)
	k.pods[ref.UID] = pod
	if !found {
		keepers.Go(func() { k.keep(ctx, ref, pod.hints) })
		return
	}
	poke(pod.hints)
}

// Poke has a pod that is kept looked at.
func (k *Keeper) Poke(uid types.UID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if pod, found := k.pods[uid]; found {
		poke(pod.hints)
	}
}

func poke(hints chan<- struct{}) {
	select {
	case hints <- struct{}{}:
	default:
	}
}

// keep keeps one pod until it is gone.
func (k *Keeper) keep(ctx context.Context, ref translate.Ref, hints chan struct{}) {
	for {
		res, err := k.Runner.drive(ctx, ref, options{until: by(plan.Step.Away), hints: hints})
		ref = known(ref, res.World)
		if err != nil && ctx.Err() == nil {
			k.fail(ctx, err)
			if sleep(ctx, again) == nil {
				continue
			}
		}
		if k.leave(ctx, ref.UID, hints) {
			return
		}
	}
}

// leave ends the keeping of a pod, unless a hint came meanwhile.
func (k *Keeper) leave(ctx context.Context, uid types.UID, hints <-chan struct{}) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	select {
	case <-hints:
		if ctx.Err() == nil {
			return false
		}
	default:
	}
	delete(k.pods, uid)
	return true
}

func (k *Keeper) fail(ctx context.Context, err error) {
	if k.Failed != nil && ctx.Err() == nil {
		k.Failed(err)
	}
}
