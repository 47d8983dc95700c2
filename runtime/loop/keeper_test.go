package loop_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// keep keeps the pods of the bench until the test is over.
func (b *bench) keep(k *loop.Keeper) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	if k.Changes = (changes{b.engine}); k.Runner == nil {
		k.Runner = b.runner
	}
	var keeper sync.WaitGroup
	keeper.Go(func() { k.Run(ctx) })
	return func() { cancel(); keeper.Wait() }
}

// changes hints that any pod may have changed whenever one has.
type changes struct{ *enginetest.Engine }

func (c changes) Changes(ctx context.Context) <-chan types.UID {
	out := make(chan types.UID)
	go func() {
		defer close(out)
		for range c.Watch(ctx, "") {
			select {
			case out <- "":
			case <-ctx.Done():
			}
		}
	}()
	return out
}

// restarts are the times between the starts of a unit that ends after so long
// each time it is started, to the second.
func (b *bench) restarts(n int, lives func(attempt int) time.Duration) []time.Duration {
	b.Helper()
	starts := make(chan time.Time, n)
	b.engine.After = func(op plan.Op, w *plan.World) error {
		if op.Kind != plan.StartUnit || op.Unit != "a" {
			return nil
		}
		select {
		case starts <- time.Now():
		default:
		}
		time.AfterFunc(lives(op.Attempt), func() {
			b.engine.Change("1", func(w *plan.World) { end(w, op.Target, 1) })
		})
		return nil
	}
	stop := b.keep(&loop.Keeper{})
	defer stop()
	if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
		b.Fatal(err)
	}
	var between []time.Duration
	last := <-starts
	for range n - 1 {
		next := <-starts
		between = append(between, next.Sub(last).Round(time.Second))
		last = next
	}
	return between
}

// seer is an Observer of looks.
type seer func(plan.World, plan.Step)

func (f seer) Saw(w plan.World, s plan.Step)                { f(w, s) }
func (seer) Began(plan.World, plan.Op)                      {}
func (seer) Done(plan.World, plan.Op, time.Duration, error) {}
func (seer) Progress(engine.Progress)                       {}

// seen is a keeper whose looks are told of.
func (b *bench) seen(f seer) *loop.Keeper {
	return &loop.Keeper{Runner: &loop.Runner{Engine: b.runner.Engine, Now: time.Now, Observer: f}}
}

func seconds(list ...int) []time.Duration {
	var durations []time.Duration
	for _, s := range list {
		durations = append(durations, time.Duration(s)*time.Second)
	}
	return durations
}

// A container that ends again and again is restarted at once, then after
// 10 s, 20 s and so on up to five minutes, as the kubelet does.
func TestBackoff(t *testing.T) {
	onBench(t, func(b *bench) {
		got := b.restarts(10, func(int) time.Duration { return time.Millisecond })
		if diff := cmp.Diff(seconds(0, 10, 20, 40, 80, 160, 300, 300, 300), got); diff != "" {
			b.Errorf("between the starts (-want +got):\n%s", diff)
		}
		// At most the attempt before is kept beside the last.
		if w := b.world(); len(w.Containers) > 4 {
			b.Errorf("there are %s", states(w))
		}
	})
}

// A container that has run for ten minutes starts from the beginning.
func TestBackoffIsForgotten(t *testing.T) {
	onBench(t, func(b *bench) {
		got := b.restarts(7, func(attempt int) time.Duration {
			if attempt == 3 {
				return 601 * time.Second
			}
			return time.Millisecond
		})
		if diff := cmp.Diff(seconds(0, 10, 20, 601, 10, 20), got); diff != "" {
			b.Errorf("between the starts (-want +got):\n%s", diff)
		}
	})
}

// Pulls that fail are tried again after 10 s, 20 s and so on; while one is
// under way the engine is left in peace.
func TestPullsAreTriedAgain(t *testing.T) {
	onBench(t, func(b *bench) {
		const pullTime = 5 * time.Minute
		var tried atomic.Int64
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PullImage && op.Unit == "a" {
				time.Sleep(pullTime)
				if tried.Add(1) <= 3 {
					return errors.New("no such image")
				}
			}
			return nil
		})
		var looks atomic.Int64
		stop := b.keep(b.seen(func(plan.World, plan.Step) { looks.Add(1) }))
		defer stop()
		start := time.Now()
		if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
			b.Fatal(err)
		}
		b.await(func(w plan.World) bool { return states(w) == "a/0 running, b/0 running" })
		took := time.Since(start).Round(time.Minute)
		if want := (4*pullTime + 70*time.Second).Round(time.Minute); took != want {
			b.Errorf("up after %s, want %s", took, want)
		}
		if most := int64(took/time.Second) + 60; looks.Load() > most {
			b.Errorf("%d looks in %s", looks.Load(), took)
		}
	})
}

// await lets time go by until the only pod is as wanted.
func (b *bench) await(is func(plan.World) bool) {
	b.Helper()
	for range 3600 {
		if worlds, err := b.runner.List(b.Context()); err == nil && len(worlds) == 1 && is(worlds[0]) {
			return
		}
		time.Sleep(time.Second)
	}
	b.Fatalf("the pod does not become what it should: %+v", b.world())
}

// A keeper brings up what is created, removes what is going, and keeps no
// goroutine for what is gone.
func TestKeeper(t *testing.T) {
	onBench(t, func(b *bench) {
		var gone sync.Map
		stop := b.keep(b.seen(func(w plan.World, _ plan.Step) {
			if w.Gone() {
				gone.Store(w.UID, true)
			}
		}))
		const pods = 5
		for i := range pods {
			pod := podOf(uid(i), v1.RestartPolicyAlways)
			pod.Name = string(rune('a' + i))
			if err := b.runner.Create(b.Context(), translate.New(pod, translate.Options{})); err != nil {
				b.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		worlds, err := b.runner.List(b.Context())
		if err != nil || len(worlds) != pods {
			b.Fatalf("%d pods, %v", len(worlds), err)
		}
		for _, w := range worlds {
			if got := states(w); got != "a/0 running, b/0 running" {
				b.Errorf("pod %s is %s", w.UID, got)
			}
			op, _ := plan.Remove(w, nil, time.Now())
			if err := b.engine.Do(b.Context(), op, nil); err != nil {
				b.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		b.nothing()
		for i := range pods {
			if _, seen := gone.Load(uid(i)); !seen {
				b.Errorf("pod %d was not seen to be gone", i)
			}
		}
		stop()
	})
}

// Two keepers of one engine make one of everything.
func TestTwoKeepers(t *testing.T) {
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			b.jitter(seed)
			for range 2 {
				defer b.keep(&loop.Keeper{})()
			}
			if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
				b.Fatal(err)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			b.whole()
		})
	}
}

// The engine goes away for a while: what is kept is gone on with.
func TestKeeperOfAnEngineThatComesBack(t *testing.T) {
	onBench(t, func(b *bench) {
		dead := &severed{Engine: b.engine}
		dead.left.Store(3)
		b.runner = &loop.Runner{Engine: dead, Now: time.Now}
		var failures atomic.Int64
		stop := b.keep(&loop.Keeper{Failed: func(err error) {
			if errors.Is(err, plan.ErrUnreachable) {
				failures.Add(1)
			}
		}})
		defer stop()
		if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
			b.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if n := failures.Load(); n < 10 || n > 330 {
			b.Errorf("%d failures in ten minutes", n)
		}
		dead.left.Store(1000)
		time.Sleep(time.Minute)
		b.whole()
	})
}

// given are hints that a test gives.
type given chan types.UID

func (g given) Changes(context.Context) <-chan types.UID { return g }

// A pod that was first heard of by an event has its name in what is said of it while
// the engine is away.
func TestKeeperNamesPodsOfAnEngineThatIsAway(t *testing.T) {
	onBench(t, func(b *bench) {
		engine := &absent{Engine: b.engine}
		heard := make(given)
		var said []string
		keeper := &loop.Keeper{Runner: &loop.Runner{Engine: engine, Now: time.Now}, Changes: heard, Failed: func(err error) { said = append(said, err.Error()) }}
		ctx, cancel := context.WithCancel(b.Context())
		var kept sync.WaitGroup
		kept.Go(func() { keeper.Run(ctx) })
		synctest.Wait()
		if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
			b.Fatal(err)
		}
		heard <- "1"
		time.Sleep(10 * time.Second) // less than until all are listed
		engine.looks.Store(1000)
		heard <- "1"
		time.Sleep(10 * time.Second)
		cancel()
		kept.Wait()
		if want := "look at pod web: " + errGone.Error(); len(said) < 2 || slices.ContainsFunc(said, func(text string) bool { return text != want }) {
			b.Errorf("said %q, want %q", said, want)
		}
	})
}

// A world that someone was told of stays as it was.
func TestSeenWorldsDoNotChange(t *testing.T) {
	onBench(t, func(b *bench) {
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PullImage {
				return errors.New("no such image")
			}
			return nil
		})
		type look struct {
			w plan.World
			n int
		}
		var looks []look
		stop := b.keep(b.seen(func(w plan.World, _ plan.Step) { looks = append(looks, look{w, len(w.Faults)}) }))
		if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		if last := looks[len(looks)-1]; last.n != 2 {
			b.Errorf("%d faults at last, want 2", last.n)
		}
		for i, l := range looks {
			if len(l.w.Faults) != l.n {
				b.Errorf("look %d of %d had %d faults and has %d now", i, len(looks), l.n, len(l.w.Faults))
			}
		}
	})
}
