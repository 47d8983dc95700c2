// Package enginetest is a node.Engine on the model of Docker (plan.Apply),
// in which failures can be injected, and the contract that every Engine is
// held to.
package enginetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Engine is a model engine. The zero value is not usable: see New.
type Engine struct {
	// Before, when set, is asked before each operation; an error keeps it
	// from being done.
	Before func(op plan.Op) error
	// After, when set, changes the world after each operation: a container
	// that ends at once, an operation that is done but reported as failed.
	After func(op plan.Op, w *plan.World) error
	// KeepsJoined has the engine refuse to remove a pause that others join,
	// as Podman does; Docker does not.
	KeepsJoined bool
	// Born, when set, is called while a pause is being created: its name is
	// taken and its volumes are there, and it is not to be seen yet.
	Born func()
	// Inputs, when set, is asked at every look for what the engine knows
	// beside pods: its machine and objects.
	Inputs func() translate.Inputs
	// Objects, when set, has the hints that ObjectChanges gives: namespaces.
	Objects chan string
	// Streams and Facts are what the model has beside pods.
	Streams Streams
	Facts   Facts
	// Now is the engine's clock.
	Now func() time.Time

	records records

	mu       sync.Mutex
	pods     map[types.UID]*pod
	images   map[string]plan.Image
	watchers map[chan struct{}]types.UID
	births   map[string]types.UID // of pauses that are being created, by name
	done     []plan.Op
}

// pod is a world and what the labels of its containers say: the wanted pod
// is read from them at every look, as on a real engine.
type pod struct {
	ref    translate.Ref
	world  plan.World
	labels map[string]string // of the pause
	newest map[string]string // of what carries the newest manifest
	events event.Log
}

var (
	_ loop.Engine  = (*Engine)(nil)
	_ loop.Changes = (*Engine)(nil)
	_ loop.Objects = (*Engine)(nil)
)

// New is an empty engine that has the images.
func New(now func() time.Time, images ...string) *Engine {
	e := &Engine{Now: now, pods: map[types.UID]*pod{}, images: map[string]plan.Image{}, watchers: map[chan struct{}]types.UID{}, births: map[string]types.UID{}}
	for _, ref := range images {
		e.images[ref] = plan.Image{ID: "sha256:" + ref}
	}
	return e
}

// Ops are the operations that were done, in their order.
func (e *Engine) Ops() []plan.Op {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.done)
}

// Change changes a pod's world from outside, as a container that ends does.
func (e *Engine) Change(uid types.UID, f func(*plan.World)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pods[uid]; p != nil {
		f(&p.world)
		e.hint(uid)
	}
}

// Pods implements loop.Engine.
func (e *Engine) Pods(ctx context.Context) ([]translate.Ref, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var refs []translate.Ref
	for _, p := range e.pods {
		if !p.world.Gone() {
			refs = append(refs, p.ref)
		}
	}
	slices.SortFunc(refs, translate.Ref.Compare)
	return refs, ctx.Err()
}

// Observe implements loop.Engine.
func (e *Engine) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return plan.World{}, err
	}
	p := e.pods[uid]
	if p == nil {
		return plan.World{UID: uid}, nil
	}
	w := p.world
	w.Containers, w.Volumes, w.Revisions = slices.Clone(w.Containers), slices.Clone(w.Volumes), slices.Clone(w.Revisions)
	w.Notes, w.Contents = slices.Clone(w.Notes), maps.Clone(w.Contents)
	w.Images, w.Want, w.Memory = map[string]plan.Image{}, nil, plan.Memory{}
	w.Inputs = translate.Inputs{}
	if e.Inputs != nil {
		w.Inputs = e.Inputs()
	}
	w.Inputs.PodIPs, w.Inputs.Allocatable = p.world.Inputs.PodIPs, p.world.Inputs.Allocatable
	for ref, image := range e.images {
		w.Images[ref] = image
	}
	if w.Pause != nil {
		pause := *w.Pause
		w.Pause = &pause
	}
	return p.wanted(w).Recall(w.Facts.Lost, time.Time{}), nil
}

// wanted reads what is wanted from the newest manifest there is.
func (p *pod) wanted(w plan.World) plan.World {
	labels := p.labels
	if w.Pause == nil {
		labels = nil
	}
	if w.Pause == nil && len(w.Revisions) == 0 {
		w.Revision = 0
		return w
	}
	wanted, opts, err := translate.Decode(labels, p.newest)
	w.Revision = translate.RevisionOf(p.newest)
	if err != nil {
		w.Invalid = err.Error()
		return w
	}
	if w.Pause != nil || wanted.DeletionTimestamp != nil {
		w.Want = translate.New(wanted, opts)
	}
	return w
}

// Watch implements loop.Engine.
func (e *Engine) Watch(ctx context.Context, uid types.UID) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	hints := make(chan struct{}, 1)
	hints <- struct{}{} // something may have happened before
	e.watchers[hints] = uid
	context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.watchers, hints)
		close(hints)
	})
	return hints
}

func (e *Engine) hint(uid types.UID) {
	for hints, of := range e.watchers {
		if of != "" && of != uid {
			continue
		}
		select {
		case hints <- struct{}{}:
		default:
		}
	}
}

// Do implements loop.Engine.
func (e *Engine) Do(ctx context.Context, op plan.Op, _ func(engine.Progress)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.Before != nil {
		if err := e.Before(op); err != nil {
			return fmt.Errorf("%s %s: %w", op.Kind, op.Target, err)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if op.Kind == plan.CreatePause && e.Born != nil {
		if err := e.conceive(op); err != nil {
			return err
		}
	}
	return e.apply(op)
}
