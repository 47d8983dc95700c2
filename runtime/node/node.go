// Package node makes one Kubernetes node of an engine: it keeps the engine's
// pods and answers the API server for them. It holds nothing that matters:
// what it remembers is what it saw last.
package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// Node implements what the API server needs, and keeps the pods while Run
// runs.
type Node struct {
	engine Engine
	runner *loop.Runner
	keeper *loop.Keeper
	now    func() time.Time
	book   *loop.Book // what happens to the pods

	allowed Allowed

	mu       sync.Mutex
	info     engine.Info
	seen     map[types.UID]plan.World
	revised  map[types.UID]int       // the revision that a pod has at least
	samples  map[string]engine.Stats // by container ID, for rates
	watchers map[chan types.UID]bool
}

var (
	_ apiserver.Pods    = (*Node)(nil)
	_ apiserver.Streams = (*Node)(nil)
	_ apiserver.Objects = (*objects)(nil)
	_ apiserver.Node    = (*Node)(nil)
	_ apiserver.Usage   = (*Node)(nil)
	_ loop.Observer     = (*Node)(nil)
)

// New is a node of an engine that answers.
func New(ctx context.Context, eng Engine, log *slog.Logger) (*Node, error) {
	info, err := eng.Info(ctx)
	if err != nil {
		return nil, err
	}
	n := &Node{
		engine: eng, now: time.Now, info: info,
		seen: map[types.UID]plan.World{}, revised: map[types.UID]int{},
		samples: map[string]engine.Stats{}, watchers: map[chan types.UID]bool{},
	}
	n.book = &loop.Book{Events: eng, Now: n.now}
	n.runner = &loop.Runner{Engine: eng, Now: n.now}
	n.keeper = &loop.Keeper{
		Runner: &loop.Runner{Engine: eng, Now: n.now, Observer: n, Book: n.book}, Changes: eng, Objects: eng,
		Failed: func(err error) { log.Warn("keep a pod", "error", err) },
	}
	return n, nil
}

// Run keeps the engine's pods until ctx ends, and leaves them as they are. It
// records what happens to them as events.
func (n *Node) Run(ctx context.Context, record func(*v1.Event)) {
	n.book.Listen(func(w plan.World, e event.Event) { record(e.Object(w, n.hostname())) })
	n.keeper.Run(ctx)
}

func (n *Node) hostname() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.info.Hostname
}

// Objects keeps the kinds that are not pods.
func (n *Node) Objects() apiserver.Objects { return &objects{n.engine, n.engine} }

// Began is of no news: the book has it.
func (n *Node) Began(plan.World, plan.Op) {}

// Done is of no news.
func (n *Node) Done(plan.World, plan.Op, time.Duration, error) {}

// Progress is of no news.
func (n *Node) Progress(engine.Progress) {}

// Saw remembers a look at a pod and tells who follows the pods. A look that
// began before the pod was revised is of no use: another one follows.
func (n *Node) Saw(w plan.World, _ plan.Step) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case w.Gone():
		delete(n.seen, w.UID)
		delete(n.revised, w.UID)
	case w.Pause != nil && w.Revision < n.revised[w.UID]:
		return
	case w.Over():
		n.seen[w.UID] = atItsEnd(n.seen[w.UID], w)
	default:
		n.seen[w.UID] = w
	}
	for watcher := range n.watchers {
		select {
		case watcher <- w.UID:
		default: // it lists all pods now and then
		}
	}
}

// atItsEnd is a pod that is over as it was before anything of it was removed.
func atItsEnd(before, now plan.World) plan.World {
	if before.Over() {
		return before
	}
	if len(now.Containers) < len(before.Containers) {
		now.Containers = before.Containers
	}
	if now.Pause == nil {
		now.Pause = before.Pause
	}
	return now
}

// look reads a pod from the engine, with the faults that its keeper met.
func (n *Node) look(ctx context.Context, uid types.UID) (plan.World, error) {
	w, err := n.engine.Observe(ctx, uid)
	if err != nil {
		return w, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	w.Faults = n.seen[uid].Faults
	return w, nil
}

// pod is the pod as the API shows it; not ok for one that is gone.
func (n *Node) pod(w plan.World) (p apiserver.Pod, ok bool) {
	pod := status.Pod(w, n.now())
	if pod == nil {
		return apiserver.Pod{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	status.Place(pod, n.info.Hostname, n.info.Addresses)
	return apiserver.Pod{Pod: pod, Revision: int64(w.Revision)}, true
}
