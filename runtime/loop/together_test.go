package loop_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// jitter has every operation take its own time, so that each seed is another
// way in which processes come in between each other. A birth takes long.
func (b *bench) jitter(seed uint64) *rand.Rand {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 3))
	b.engine.Before = func(plan.Op) error {
		mu.Lock()
		took := time.Duration(r.IntN(20)) * time.Millisecond
		mu.Unlock()
		time.Sleep(took)
		return nil
	}
	b.engine.Born = func() {
		mu.Lock()
		took := time.Duration(r.IntN(200)) * time.Millisecond
		mu.Unlock()
		time.Sleep(took)
	}
	return rand.New(rand.NewPCG(seed, 4))
}

const seeds = 150

// Of many who run one manifest at once one makes the pod, and all have it up.
func TestRunsAtOnce(t *testing.T) {
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			r := b.jitter(seed)
			var group sync.WaitGroup
			existed := make([]bool, 3)
			for i := range existed {
				delay := time.Duration(r.IntN(40)) * time.Millisecond
				want := blueprint(uid(i))
				group.Go(func() {
					time.Sleep(delay)
					res, err := b.runner.Run(b.Context(), want, loop.RunOptions{})
					if err != nil {
						b.Errorf("seed %d: run %d: %v", seed, i, err)
					}
					existed[i] = res.Existed
				})
			}
			group.Wait()
			made := 0
			for _, e := range existed {
				if !e {
					made++
				}
			}
			if made != 1 {
				b.Errorf("seed %d: %d of %d made the pod", seed, made, len(existed))
			}
			b.whole()
		})
	}
}

// Run and rm at once: where rm found the pod nothing is left of it, and run
// says that it was removed; where it came too early the pod is up.
func TestRunAndRemoveAtOnce(t *testing.T) {
	for name, keepsJoined := range map[string]bool{"on Docker": false, "on Podman": true} {
		t.Run(name, func(t *testing.T) {
			removed := 0
			for seed := range uint64(seeds) {
				onBench(t, func(b *bench) {
					b.engine.KeepsJoined = keepsJoined
					if b.runAndRemove(seed) {
						removed++
					}
				})
			}
			if removed < seeds/4 || removed == seeds {
				t.Errorf("rm found the pod in %d of %d tries: the test does not try both", removed, seeds)
			}
		})
	}
}

// runAndRemove tells whether rm found the pod.
func (b *bench) runAndRemove(seed uint64) bool {
	r := b.jitter(seed)
	delay := time.Duration(r.IntN(250)) * time.Millisecond
	var group sync.WaitGroup
	var ran, rm error
	group.Go(func() { _, ran = b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{}) })
	group.Go(func() {
		time.Sleep(delay)
		rm = b.runner.Remove(b.Context(), "default", "web", nil)
	})
	group.Wait()
	switch {
	case rm == nil:
		b.nothing()
		return true
	case errors.As(rm, new(*loop.NotFoundError)) && ran == nil:
		b.whole()
	default:
		b.Errorf("seed %d: run: %v, rm: %v", seed, ran, rm)
	}
	return false
}

// Whoever removes a pod that another is removing waits with it.
func TestRemovesAtOnce(t *testing.T) {
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			b.run(blueprint("1"))
			r := b.jitter(seed)
			var group sync.WaitGroup
			for range 3 {
				delay := time.Duration(r.IntN(60)) * time.Millisecond
				group.Go(func() {
					time.Sleep(delay)
					err := b.runner.Remove(b.Context(), "default", "web", nil)
					if err != nil && !errors.As(err, new(*loop.NotFoundError)) {
						b.Errorf("seed %d: %v", seed, err)
					}
					b.nothing()
				})
			}
			group.Wait()
		})
	}
}

// Replacing from many sides leaves one whole pod.
func TestReplacesAtOnce(t *testing.T) {
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			b.run(blueprint("0"))
			r := b.jitter(seed)
			other := podOf("", v1.RestartPolicyAlways)
			other.Labels = map[string]string{"version": "2"}
			var group sync.WaitGroup
			for i := range 2 {
				pod := other.DeepCopy()
				pod.UID = uid(1 + i)
				delay := time.Duration(r.IntN(60)) * time.Millisecond
				group.Go(func() {
					time.Sleep(delay)
					_, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Replace: true})
					if err != nil {
						b.Errorf("seed %d: %v", seed, err)
					}
				})
			}
			group.Wait()
			b.whole()
			if w := b.world(); w.Want.Pod.Labels["version"] != "2" {
				b.Errorf("seed %d: the old pod is there", seed)
			}
		})
	}
}

// Of several who replace a pod while it ends gracefully, each with a manifest of
// its own, the one that was asked last stays; the others say so.
func TestTheLastReplacementStays(t *testing.T) {
	overtaken := 0
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			b.run(blueprint("0"))
			r := b.jitter(seed)
			jitter, slow := b.engine.Before, false
			b.engine.Before = func(op plan.Op) error {
				if op.Kind == plan.StopUnit && !slow {
					slow = true
					time.Sleep(40 * time.Second)
				}
				return jitter(op)
			}
			var group sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				pod := podOf(types.UID(fmt.Sprintf("0190d3a5-000%d-7000-8000-%012d", i, r.IntN(1000))), v1.RestartPolicyAlways)
				pod.Labels = map[string]string{"version": fmt.Sprint(i)}
				group.Go(func() {
					time.Sleep(time.Duration(i) * time.Second)
					_, errs[i] = b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Replace: true})
				})
			}
			group.Wait()
			b.whole()
			if version := b.world().Want.Pod.Labels["version"]; version != "3" || errs[3] != nil {
				b.Errorf("seed %d: version %s is there, of the last run: %v", seed, version, errs[3])
			}
			for i, err := range errs[:3] {
				switch {
				case errors.As(err, new(*loop.OvertakenError)):
					overtaken++
				case err != nil && !errors.As(err, new(*loop.RemovedError)):
					b.Errorf("seed %d: run %d says %v", seed, i, err)
				}
			}
		})
	}
	if overtaken < seeds/4 {
		t.Errorf("%d runs were overtaken in %d tries: the test does not try it", overtaken, seeds)
	}
}

// A process may be killed after any operation, also before it hears how that
// went. The next run makes the pod whole, or the next rm removes all of it.
func TestKilledAfterEveryOperation(t *testing.T) {
	for _, silent := range []bool{false, true} {
		for _, next := range []string{"run", "rm"} {
			t.Run(fmt.Sprintf("silent %t, then %s", silent, next), func(t *testing.T) {
				for after := range 8 {
					onBench(t, func(b *bench) {
						if _, err := b.sever(after, silent).Run(b.Context(), blueprint("1"), loop.RunOptions{}); err == nil && after < 7 {
							b.Fatalf("run goes on after %d operations", after)
						}
						b.goOn(next, after)
					})
				}
			})
		}
	}
}

// The same of a removal that is killed.
func TestRemovalKilledAfterEveryOperation(t *testing.T) {
	for _, silent := range []bool{false, true} {
		for _, next := range []string{"run", "rm"} {
			t.Run(fmt.Sprintf("silent %t, then %s", silent, next), func(t *testing.T) {
				for after := range 8 { // intent, 2 stops, the pause, 2 removes, pause, volume
					onBench(t, func(b *bench) {
						b.run(blueprint("1"))
						if err := b.sever(after, silent).Remove(b.Context(), "default", "web", nil); err == nil {
							b.Fatalf("rm goes on after %d operations", after)
						}
						b.goOn(next, after)
					})
				}
			})
		}
	}
}

// goOn runs or removes a pod of which there is something, or nothing.
func (b *bench) goOn(next string, after int) {
	b.Helper()
	if next == "run" {
		b.run(blueprint("2"))
		b.whole()
		return
	}
	err := b.runner.Remove(b.Context(), "default", "web", nil)
	if err != nil && !errors.As(err, new(*loop.NotFoundError)) {
		b.Errorf("rm, after %d operations: %v", after, err)
	}
	b.nothing()
}

// Runs, replacements and removals of one name at once: all of them end, and
// what they leave can be removed.
func TestEverythingAtOnce(t *testing.T) {
	for seed := range uint64(seeds) {
		onBench(t, func(b *bench) {
			r := b.jitter(seed)
			var group sync.WaitGroup
			for i := range 12 {
				delay := time.Duration(r.IntN(300)) * time.Millisecond
				pod := podOf(uid(i), v1.RestartPolicyAlways)
				pod.Labels = map[string]string{"version": fmt.Sprint(i % 2)}
				group.Go(func() {
					time.Sleep(delay)
					if i%3 == 0 {
						_ = b.runner.Remove(b.Context(), "default", "web", nil)
						return
					}
					_, _ = b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Replace: i%2 == 0})
				})
			}
			start := time.Now()
			group.Wait()
			if took := time.Since(start); took > time.Minute {
				b.Errorf("seed %d: it took %s", seed, took)
			}
			if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil && !errors.As(err, new(*loop.NotFoundError)) {
				b.Errorf("seed %d: %v", seed, err)
			}
			b.nothing()
		})
	}
}

// A birth that was broken off leaves volumes that look like those of a pod
// that is being made. The next run of the name takes them away, and so does rm.
func TestBirthThatWasBrokenOff(t *testing.T) {
	for _, next := range []string{"run", "rm"} {
		onBench(t, func(b *bench) {
			b.run(blueprint("1"))
			b.engine.Change("1", func(w *plan.World) { w.Pause, w.Want, w.Containers = nil, nil, nil })
			b.goOn(next, 0)
		})
	}
}

// torn is an engine whose lists are not of one moment: of a pod that is being
// removed by others, a volume may be seen and the word that it is removed not.
type torn struct {
	*enginetest.Engine
	looks atomic.Int64
}

func (e *torn) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	w, err := e.Engine.Observe(ctx, uid)
	if w.Pause == nil && w.Leaving() && e.looks.Add(1) <= 3 {
		w.Want, w.Revisions, w.Revision, w.Volumes = nil, nil, 0, []string{"volume"}
	}
	return w, err
}

func TestRemoveOfATornLook(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		e := &torn{Engine: b.engine}
		if err := (&loop.Runner{Engine: e, Now: time.Now}).Remove(b.Context(), "default", "web", nil); err != nil {
			b.Error(err)
		}
		if e.looks.Load() == 0 {
			b.Error("no look was torn")
		}
		b.nothing()
	})
}
