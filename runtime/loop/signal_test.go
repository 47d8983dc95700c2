package loop_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// signals are what containers were sent, by ID. As with Docker nothing hints at
// them, and they can be read.
type signals struct {
	mu   sync.Mutex
	sent map[string][]plan.Op
	at   map[string]time.Time // of the first
}

// terms is how often containers of a unit were sent the stop signal. A kill is
// none.
func (s *signals) terms(unit string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	terms := 0
	for _, ops := range s.sent {
		for _, op := range ops {
			if op.Unit == unit && op.Grace > 0 {
				terms++
			}
		}
	}
	return terms
}

// process is an engine as one of several processes sees it: it knows which
// manifests it has not written, and reads the signals of others. When something
// was written Docker says to the second.
type process struct {
	*enginetest.Engine
	*signals
	wrote sync.Map
}

func (p *process) Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	switch op.Kind {
	case plan.Revise:
		p.wrote.Store(op.Revision, true)
	case plan.StopUnit:
		time.Sleep(opTime) // others have looked when it is sent
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.mu.Lock()
		p.sent[op.Target] = append(p.sent[op.Target], op)
		if p.at[op.Target].IsZero() {
			p.at[op.Target] = time.Now()
		}
		p.mu.Unlock()
	}
	return p.Engine.Do(ctx, op, progress)
}

func (p *process) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	w, err := p.Engine.Observe(ctx, uid)
	for i, r := range w.Revisions {
		_, own := p.wrote.Load(r.Number)
		w.Revisions[i].Others, w.Revisions[i].Made = !own, r.Made.Truncate(time.Second)
	}
	since := w.SignalsSince()
	if since.IsZero() {
		return w, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range w.Containers {
		if at := p.at[c.ID]; c.State == plan.Running && !at.Before(since) {
			w.Containers[i].Signalled = at
		}
	}
	return w, err
}

// Of a command that ends a pod and two who keep it meanwhile one sends the stop
// signal, and sends it once, however long the container takes to end; of the two
// alone one does as well.
func TestOneSignal(t *testing.T) {
	killed := func(after time.Duration) func(context.Context, *loop.Runner) error {
		return func(ctx context.Context, r *loop.Runner) error {
			ctx, kill := context.WithTimeout(ctx, after)
			defer kill()
			_ = r.Remove(ctx, "default", "web", nil)
			time.Sleep(time.Minute)
			return nil
		}
	}
	// then is what another process asks for a second after a pod was removed or stopped.
	then := func(first, second func(context.Context, *loop.Runner) error) func(context.Context, *loop.Runner) error {
		return func(ctx context.Context, r *loop.Runner) error {
			var asked sync.WaitGroup
			asked.Go(func() { _ = first(ctx, r) })
			time.Sleep(time.Second)
			p := r.Engine.(*process)
			err := second(ctx, &loop.Runner{Engine: &process{Engine: p.Engine, signals: p.signals}, Now: time.Now})
			asked.Wait()
			return err
		}
	}
	remove := func(ctx context.Context, r *loop.Runner) error { return r.Remove(ctx, "default", "web", nil) }
	stop := func(ctx context.Context, r *loop.Runner) error { return r.Stop(ctx, "default", "web", nil) }
	var ill atomic.Bool
	for name, end := range map[string]func(ctx context.Context, r *loop.Runner) error{
		"removed":                      remove,
		"stopped":                      stop,
		"removed, and with less grace": then(remove, func(ctx context.Context, r *loop.Runner) error { return r.Remove(ctx, "default", "web", new(int64(3))) }),
		"stopped, and removed":         then(stop, remove),
		"stopped, and started": then(stop, func(ctx context.Context, r *loop.Runner) error {
			_, err := r.Start(ctx, "default", "web")
			return err
		}),
		"removed by one that is killed while it waits":    killed(4 * time.Second),
		"removed by one that is killed before it signals": killed(opTime + opTime/2),
		"ill": func(ctx context.Context, r *loop.Runner) error {
			ill.Store(true)
			time.Sleep(time.Minute)
			return nil
		},
	} {
		for _, takes := range []time.Duration{1500 * time.Millisecond, 9 * time.Second, 25 * time.Second} {
			t.Run(name+" in "+takes.String(), func(t *testing.T) {
				onBench(t, func(b *bench) { ill.Store(false); oneSignal(b, takes, &ill, end) })
			})
		}
	}
}

func oneSignal(b *bench, takes time.Duration, ill *atomic.Bool, end func(context.Context, *loop.Runner) error) {
	b.fails(func(op plan.Op) error {
		switch {
		case op.Kind == plan.RunProbe && op.Attempt == 0 && ill.Load():
			return &plan.ProbeFailure{Output: "ill"}
		case op.Kind == plan.StopUnit && op.Grace > 0:
			time.Sleep(min(takes, op.Grace))
		}
		return nil
	})
	sent := &signals{sent: map[string][]plan.Op{}, at: map[string]time.Time{}}
	ctx, cancel := context.WithCancel(b.Context())
	var kept sync.WaitGroup
	for range 2 {
		keeper := &loop.Keeper{Runner: &loop.Runner{Engine: &process{Engine: b.engine, signals: sent}, Now: time.Now}, Changes: b.engine}
		kept.Go(func() { keeper.Run(ctx) })
	}
	pod := podOf("1", v1.RestartPolicyAlways)
	grace := int64(20)
	pod.Spec.TerminationGracePeriodSeconds = &grace
	pod.Spec.Containers[0].LivenessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}, PeriodSeconds: 1, FailureThreshold: 1, SuccessThreshold: 1}
	b.run(translate.New(pod, translate.Options{}))
	time.Sleep(5*time.Second + 700*time.Millisecond)
	if err := end(ctx, &loop.Runner{Engine: &process{Engine: b.engine, signals: sent}, Now: time.Now}); err != nil {
		b.Error(err)
	}
	cancel()
	kept.Wait()
	if n := sent.terms("a"); n != 1 {
		b.Errorf("a was sent the stop signal %d times", n)
	}
}

// still is an engine that hints at nothing, as Docker does not at a new manifest.
type still struct{ *enginetest.Engine }

func (still) Watch(ctx context.Context, _ types.UID) <-chan struct{} {
	hints := make(chan struct{})
	context.AfterFunc(ctx, func() { close(hints) })
	return hints
}

// Who runs a pod to its end looks at it at once when its stop was asked for.
func TestAsked(t *testing.T) {
	onBench(t, func(b *bench) {
		asked := make(chan struct{}, 1)
		runner := &loop.Runner{Engine: still{b.engine}, Now: time.Now, Asked: asked}
		stopped := func(_ plan.World, s plan.Step) bool { return s.State == plan.Stopped }
		var running sync.WaitGroup
		running.Go(func() {
			_, _ = runner.Run(b.Context(), blueprint("1"), loop.RunOptions{Aim: loop.Aim{Reached: stopped}})
		})
		time.Sleep(5 * time.Second)
		if _, err := runner.AskStop(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		asked <- struct{}{}
		running.Wait()
		if took := time.Since(began); took > time.Second {
			b.Errorf("it took %s", took)
		}
	})
}

// Beside who keeps the pods a run probes nothing and waits for what is written down;
// when nobody keeps them any more it goes on by itself.
func TestProbesAreRunOnce(t *testing.T) {
	onBench(t, func(b *bench) {
		var all atomic.Int64
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.RunProbe && all.Add(1) < 20 {
				return &plan.ProbeFailure{Output: "not yet"}
			}
			return nil
		})
		ctx, leave := context.WithCancel(b.Context())
		keeper := &loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now}, Changes: b.engine}
		var keeping sync.WaitGroup
		keeping.Go(func() { keeper.Run(ctx) })
		pod := podOf("1", v1.RestartPolicyAlways)
		pod.Spec.Containers[0].ReadinessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}, PeriodSeconds: 1, FailureThreshold: 1, SuccessThreshold: 1}
		kept := func(context.Context) bool { return ctx.Err() == nil }
		runner := &loop.Runner{Engine: b.engine, Now: time.Now, Kept: kept}
		ready := func(w plan.World, _ plan.Step) bool {
			u, ok := w.Want.Unit("a")
			return ok && w.Latest("a") != nil && w.Ready(u, *w.Latest("a"))
		}
		var running sync.WaitGroup
		running.Go(func() {
			if _, err := runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Aim: loop.Aim{Reached: ready}}); err != nil {
				b.Error(err)
			}
		})
		time.Sleep(10*time.Second + 500*time.Millisecond)
		if n := all.Load(); n > 12 {
			b.Errorf("%d probes in ten seconds, of one in each", n)
		}
		leave() // the engine tells nobody of it
		keeping.Wait()
		left := time.Now()
		running.Wait()
		if took := time.Since(left); took > 15*time.Second {
			b.Errorf("it took %s to go on by itself", took)
		}
	})
}
