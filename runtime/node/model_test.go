package node

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/plan"
)

var _ Engine = (*enginetest.Engine)(nil)

// opTime is how long an operation takes on the bench.
const opTime = 10 * time.Millisecond

// bench is a node of a model engine, on a clock that stands still while
// anything is done.
type bench struct {
	*testing.T
	*Node
	engine *enginetest.Engine

	mu     sync.Mutex
	events []*v1.Event
}

// onModel runs a test of a node that keeps its pods. The engine has the image i.
func onModel(t *testing.T, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := enginetest.New(time.Now, "i")
		e.Before = func(plan.Op) error { time.Sleep(opTime); return nil }
		e.Facts.Machine = engine.Info{Hostname: "machine", Addresses: []string{"192.0.2.1"}}
		n, err := New(t.Context(), e, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{T: t, Node: n, engine: e}
		ctx, cancel := context.WithCancel(t.Context())
		var kept sync.WaitGroup
		kept.Go(func() { n.Run(ctx, b.saw) })
		synctest.Wait()
		test(b)
		cancel()
		kept.Wait()
	})
}

func (b *bench) saw(e *v1.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// told are the reasons of the events, warnings marked.
func (b *bench) told() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	// A look may see a container before its creation is known to be done: clients
	// go by the times.
	events := slices.Clone(b.events)
	slices.SortStableFunc(events, func(x, y *v1.Event) int { return x.FirstTimestamp.Compare(y.FirstTimestamp.Time) })
	var reasons []string
	for _, e := range events {
		reason := e.Reason
		if e.Type == v1.EventTypeWarning {
			reason += "!"
		}
		reasons = append(reasons, reason)
	}
	return reasons
}

// podOf is a pod of one container that runs until it is stopped.
func podOf(image string) *v1.Pod {
	grace := int64(1)
	pod := &v1.Pod{Spec: v1.PodSpec{
		NodeName: "machine", RestartPolicy: v1.RestartPolicyAlways, TerminationGracePeriodSeconds: &grace,
		Containers: []v1.Container{{Name: "c", Image: image, ImagePullPolicy: v1.PullIfNotPresent}},
	}}
	pod.Namespace, pod.Name, pod.UID = "default", "web", "uid-1"
	return pod
}

// create makes a pod and gives it a second.
func (b *bench) create(pod *v1.Pod) apiserver.Pod {
	b.Helper()
	if err := b.Create(b.Context(), pod); err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Second)
	return b.get()
}

// get is the pod, which must be there.
func (b *bench) get() apiserver.Pod {
	b.Helper()
	pod, ok, err := b.Get(b.Context(), "uid-1")
	if err != nil || !ok {
		b.Fatalf("the pod is there: %t, %v", ok, err)
	}
	return pod
}

// gone checks that nothing is left of the pod.
func (b *bench) gone() {
	b.Helper()
	if pod, ok, err := b.Get(b.Context(), "uid-1"); err != nil || ok {
		b.Errorf("the pod is there still: %+v, %v", pod, err)
	}
	if pods, err := b.List(b.Context()); err != nil || len(pods) > 0 {
		b.Errorf("%d pods are listed, %v", len(pods), err)
	}
}

// end ends the newest attempt of the container as if its process had.
func (b *bench) end(code int) {
	b.engine.Change("uid-1", func(w *plan.World) {
		c := w.Latest("c")
		c.State, c.ExitCode, c.FinishedAt = plan.Exited, code, time.Now()
	})
}
