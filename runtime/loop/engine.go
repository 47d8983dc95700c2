// Package loop runs pods: Runner is the loop that observes a pod, asks
// plan.Next what may be done, does it, reports, and observes again.
package loop

import (
	"context"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Engine is what the loop needs of a container engine. runtime/docker is the
// real one, runtime/enginetest the model; one contract suite holds both.
type Engine interface {
	// Pods lists every pod of which anything is left, also one whose pause
	// is gone, by namespace, name and UID.
	Pods(ctx context.Context) ([]translate.Ref, error)
	// Observe reads one pod. A pod of which nothing is left is a World that
	// is Gone, not an error.
	Observe(ctx context.Context, uid types.UID) (plan.World, error)
	// Do does one operation. It answers nil when it is so, not when this
	// call made it so: a container that is running was started, one that is
	// gone was removed. plan.ErrStale, plan.ErrUnreachable and
	// plan.ErrPermanent are in its errors. progress may be nil.
	Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error
	// Watch hints that a pod may have changed: it sends when Docker says so,
	// never blocks the engine, and may miss changes. An empty uid is every
	// pod. The channel is closed when ctx ends or the engine stops answering.
	Watch(ctx context.Context, uid types.UID) <-chan struct{}
}
