package loop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Whatever fails, run says it once. It leaves nothing behind where nothing was
// started, and else all that was.
func TestRunThatFails(t *testing.T) {
	for _, kind := range []plan.Kind{plan.CreatePause, plan.StartPause, plan.PullImage, plan.CreateUnit, plan.StartUnit} {
		for _, reason := range []error{plan.ErrPermanent, errors.New("port is taken"), plan.ErrUnreachable} {
			t.Run(fmt.Sprint(kind, ", ", reason), func(t *testing.T) {
				onBench(t, func(b *bench) {
					b.fails(func(op plan.Op) error {
						if op.Kind == kind && op.Unit != "a" {
							return reason
						}
						return nil
					})
					_, err := b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{})
					if !errors.Is(err, reason) || !strings.Contains(fmt.Sprint(err), string(kind)) {
						b.Errorf("error is %v", err)
					}
					if n := strings.Count(fmt.Sprint(err), reason.Error()); n != 1 {
						b.Errorf("it is said %d times: %v", n, err)
					}
					b.left(kind)
				})
			})
		}
	}
}

// left wants what is left of a pod whose second container could not be brought
// so far: its first one, or nothing where its pause was not.
func (b *bench) left(kind plan.Kind) {
	b.Helper()
	if kind == plan.CreatePause || kind == plan.StartPause {
		b.nothing()
		return
	}
	if got := states(b.world()); !strings.HasPrefix(got, "a/0 running") {
		b.Errorf("the pod is %q, want its first container to run", got)
	}
}

// A pod of which something runs or has run stays, to be looked at, whatever was
// faster. One that consists of what could not start is removed.
func TestRunThatFailsLeavesWhatWasTried(t *testing.T) {
	b := podOf("1", v1.RestartPolicyAlways)
	alone := podOf("1", v1.RestartPolicyAlways)
	alone.Spec.Containers = alone.Spec.Containers[1:]
	slow := podOf("1", v1.RestartPolicyAlways)
	slow.Spec.Containers[0].ImagePullPolicy = v1.PullAlways
	withInit := podOf("1", v1.RestartPolicyAlways)
	withInit.Spec.InitContainers = []v1.Container{{Name: "first", Image: "image-a", ImagePullPolicy: v1.PullIfNotPresent}}
	for name, c := range map[string]struct {
		pod    *v1.Pod
		fails  plan.Kind
		states string // that end with this
	}{
		"start":         {b, plan.StartUnit, "b/0 created, b/1 created"},
		"alone":         {alone, plan.StartUnit, ""},
		"alone, pull":   {alone, plan.PullImage, ""},
		"a slow pull":   {slow, plan.PullImage, "a/0 running"},
		"after an init": {withInit, plan.PullImage, "first/0 exited"},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				b.engine.After = func(op plan.Op, w *plan.World) error {
					switch {
					case op.Kind == plan.StartUnit && op.Unit == "first":
						end(w, op.Target, 0)
					case op.Kind == plan.StartUnit && op.Unit == "b" && op.Kind == c.fails:
						refuse(w, op.Target)
						return plan.ErrPermanent
					}
					return nil
				}
				b.fails(func(op plan.Op) error {
					switch {
					case op.Kind == plan.PullImage && op.Kind == c.fails && op.Unit == "b":
						return plan.ErrPermanent
					case op.Kind == plan.PullImage && op.Unit == "a":
						time.Sleep(time.Minute)
					}
					return nil
				})
				_, err := b.runner.Run(b.Context(), translate.New(c.pod, translate.Options{}), loop.RunOptions{})
				if !errors.Is(err, plan.ErrPermanent) || errors.As(err, new(*loop.StaysError)) != (c.states != "") {
					b.Errorf("error is %v", err)
				}
				if c.states == "" {
					b.nothing()
					return
				}
				if got := states(b.world()); !strings.HasSuffix(got, c.states) {
					b.Errorf("the pod is %q, want %q", got, c.states)
				}
			})
		})
	}
}

// So is one whose container somebody else has tried to start in vain.
func TestRunThatFailsBySomebodyElse(t *testing.T) {
	onBench(t, func(b *bench) {
		b.engine.After = func(op plan.Op, w *plan.World) error {
			if op.Kind == plan.CreateUnit {
				refuse(w, w.Latest(op.Unit).ID)
			}
			return nil
		}
		pod := podOf("1", v1.RestartPolicyAlways)
		pod.Spec.Containers = pod.Spec.Containers[1:]
		res, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{})
		if err == nil || errors.As(err, new(*loop.StaysError)) || !res.Undone || len(res.Step.Faults()) != 1 {
			b.Errorf("error is %v, %+v", err, res.Step)
		}
		b.nothing()
	})
}

// A pod that was there before is not removed for what fails now.
func TestRunThatFailsLeavesWhatWasThere(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		b.engine.Change("1", func(w *plan.World) { w.Containers = w.Containers[:1] })
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.CreateUnit {
				return plan.ErrPermanent
			}
			return nil
		})
		if _, err := b.runner.Run(b.Context(), blueprint("2"), loop.RunOptions{}); !errors.Is(err, plan.ErrPermanent) {
			b.Errorf("error is %v", err)
		}
		if got := states(b.world()); got != "a/0 running" {
			b.Errorf("the pod is %q", got)
		}
	})
}

// A registry that cannot be reached is forgiven where the image is there and
// nobody wrote Always.
func TestRunWithoutRegistry(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1")) // brings the images
		if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PullImage {
				return plan.ErrUnreachable
			}
			return nil
		})
		pod := podOf("2", v1.RestartPolicyAlways)
		for i := range pod.Spec.Containers {
			pod.Spec.Containers[i].ImagePullPolicy = v1.PullAlways
		}
		if _, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{}); !errors.Is(err, plan.ErrUnreachable) {
			b.Errorf("a written Always: %v", err)
		}
		b.nothing()
		b.run(translate.New(pod, translate.Options{AssumedAlways: []string{"a", "b"}}))
		b.whole()
	})
}

// The engine dies: there is nobody to remove what was made, and run says how
// to do it later.
func TestEngineDies(t *testing.T) {
	onBench(t, func(b *bench) {
		_, err := b.sever(4, false).Run(b.Context(), blueprint("1"), loop.RunOptions{})
		left := new(loop.LeftoverError)
		if !errors.Is(err, plan.ErrUnreachable) || !errors.As(err, &left) || left.Ref.Name != "web" {
			b.Errorf("error is %v", err)
		}
		hinted(t, err, "when the engine answers again: minipod rm web")
		if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
			b.Errorf("rm later: %v", err)
		}
		b.nothing()
	})
}

// The engine goes away for a moment from a pod that runs and is waited for: the pod
// stays, and run says how to go on with it.
func TestEngineGoesAwayFromAPodThatRuns(t *testing.T) {
	onBench(t, func(b *bench) {
		engine := &absent{Engine: b.engine}
		run := &loop.Runner{Engine: engine, Now: time.Now}
		time.AfterFunc(time.Minute, func() {
			engine.looks.Store(1)
			b.engine.Change("1", func(*plan.World) {})
		})
		never := loop.Aim{Reached: func(plan.World, plan.Step) bool { return false }}
		res, err := run.Run(b.Context(), blueprint("1"), loop.RunOptions{Aim: never})
		if !errors.Is(err, plan.ErrUnreachable) || res.Undone || res.World.Pause == nil {
			b.Errorf("error is %v, left %+v", err, res)
		}
		hinted(t, err, "when the engine answers again: minipod start web goes on with it, minipod logs -f web prints what it writes, minipod rm web removes it")
		b.whole()
	})
}

// The name of the namespace is in the hints too.
func TestHintsNameTheNamespace(t *testing.T) {
	ref := translate.Ref{Namespace: "shop", Name: "web"}
	for _, err := range []error{&loop.LeftoverError{Ref: ref, Err: errGone}, &loop.AbandonedError{Ref: ref, Err: errGone}, &loop.StoppedError{Ref: ref}, &loop.DiffersError{Ref: ref}} {
		if hint := err.(interface{ Hint() string }).Hint(); !strings.Contains(hint, "web -n shop") {
			t.Errorf("%T: %s", err, hint)
		}
	}
}

var errInterrupted = errors.New("interrupted")

// Ctrl-C at any time: run says so and removes what it made, unless all of it was
// started.
func TestRunIsInterrupted(t *testing.T) {
	const ops = 7 // pulls are not told of
	for after := range ops {
		onBench(t, func(b *bench) {
			ctx, cancel := context.WithCancelCause(b.Context())
			done := 0
			b.engine.After = func(plan.Op, *plan.World) error {
				if done++; done == after {
					cancel(errInterrupted)
				}
				return nil
			}
			if after == 0 {
				cancel(errInterrupted)
			}
			_, err := b.runner.Run(ctx, blueprint("1"), loop.RunOptions{})
			if !errors.Is(err, errInterrupted) && !errors.Is(err, context.Canceled) {
				b.Errorf("after %d operations: %v", after, err)
			}
			b.engine.After = nil
			if after < ops-1 {
				b.nothing()
			} else if got := states(b.world()); got != "a/0 running, b/0 running" {
				b.Errorf("once all was started the pod is %q", got)
			}
			cancel(nil)
		})
	}
}

// Interrupted between two operations, with the cause as the error.
func TestRunIsInterruptedAtRest(t *testing.T) {
	onBench(t, func(b *bench) {
		ctx, cancel := context.WithCancelCause(b.Context())
		defer cancel(nil)
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PullImage {
				time.Sleep(time.Hour)
			}
			return nil
		})
		time.AfterFunc(time.Minute, func() { cancel(errInterrupted) })
		_, err := b.runner.Run(ctx, blueprint("1"), loop.RunOptions{})
		if !errors.Is(err, errInterrupted) {
			b.Errorf("error is %v", err)
		}
		b.nothing()
	})
}

// What is up when run is interrupted stays.
func TestRunIsInterruptedWhenItIsUp(t *testing.T) {
	onBench(t, func(b *bench) {
		ctx, cancel := context.WithCancelCause(b.Context())
		time.AfterFunc(time.Minute, func() { cancel(errInterrupted) })
		aim := loop.Aim{Reached: func(_ plan.World, s plan.Step) bool { return s.State == plan.Finished }}
		res, err := b.runner.Run(ctx, blueprint("1"), loop.RunOptions{Aim: aim})
		if !errors.Is(err, errInterrupted) || res.Undone || res.World.Pause == nil {
			b.Errorf("undone %t, error %v", res.Undone, err)
		}
		if got := states(b.world()); got != "a/0 running, b/0 running" {
			b.Errorf("the pod is %q", got)
		}
	})
}

// An operation that is always too late is an error in the end, not an endless
// loop.
func TestAlwaysStale(t *testing.T) {
	for _, kind := range []plan.Kind{plan.CreatePause, plan.StartPause, plan.CreateUnit, plan.StartUnit} {
		t.Run(string(kind), func(t *testing.T) {
			onBench(t, func(b *bench) {
				var asked atomic.Int64
				b.fails(func(op plan.Op) error {
					if op.Kind == kind && op.Unit != "a" {
						asked.Add(1)
						return plan.ErrStale
					}
					return nil
				})
				start := time.Now()
				_, err := b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{})
				if err == nil {
					b.Error("no error")
				}
				if took := time.Since(start); asked.Load() > 20 || took > time.Minute {
					b.Errorf("asked %d times in %s: %v", asked.Load(), took, err)
				}
				b.left(kind)
			})
		})
	}
}

// One that is too late now and then is done at the next look.
func TestSometimesStale(t *testing.T) {
	onBench(t, func(b *bench) {
		var mu sync.Mutex
		asked := map[string]int{}
		b.fails(func(op plan.Op) error {
			mu.Lock()
			defer mu.Unlock()
			if asked[op.Key()]++; asked[op.Key()] < 4 {
				return plan.ErrStale
			}
			return nil
		})
		b.run(blueprint("1"))
		b.whole()
	})
}

// A removal that fails says so; the next one goes on.
func TestRemoveThatFails(t *testing.T) {
	for _, kind := range []plan.Kind{plan.Revise, plan.StopUnit, plan.RemoveUnit, plan.RemovePause, plan.RemoveVolume} {
		t.Run(string(kind), func(t *testing.T) {
			onBench(t, func(b *bench) {
				b.run(blueprint("1"))
				refused := errors.New("no")
				b.fails(func(op plan.Op) error {
					if op.Kind == kind {
						return refused
					}
					return nil
				})
				if err := b.runner.Remove(b.Context(), "default", "web", nil); !errors.Is(err, refused) {
					b.Errorf("error is %v", err)
				}
				b.fails(func(plan.Op) error { return nil })
				if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
					b.Errorf("again: %v", err)
				}
				b.nothing()
			})
		})
	}
}

// A removal that is asked for is done by whoever keeps the pods.
func TestAskRemove(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		if err := b.runner.AskRemove(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		if w, err := b.runner.Find(b.Context(), "default", "web"); err != nil || !w.Leaving() || w.Latest("a").State != plan.Running {
			b.Errorf("it is %v, %v", w.Intent(), err)
		}
		stop := b.keep(&loop.Keeper{})
		time.Sleep(time.Minute)
		stop()
		b.nothing()
		if err := b.runner.AskRemove(b.Context(), "default", "web", nil); !errors.As(err, new(*loop.NotFoundError)) {
			b.Errorf("error is %v", err)
		}
	})
}

// A finalizer keeps a pod that is being removed, and rm says so.
func TestRemoveWithFinalizers(t *testing.T) {
	onBench(t, func(b *bench) {
		pod := podOf("1", v1.RestartPolicyAlways)
		pod.Finalizers = []string{"example.com/keep"}
		b.run(translate.New(pod, translate.Options{}))
		err := b.runner.Remove(b.Context(), "default", "web", nil)
		if err == nil || !strings.Contains(err.Error(), "example.com/keep") {
			b.Errorf("error is %v", err)
		}
	})
}

// A pod that would be wrong is not started, and nothing is left of it.
func TestRunOfAPodThatWouldBeWrong(t *testing.T) {
	onBench(t, func(b *bench) {
		pod := podOf("1", v1.RestartPolicyAlways)
		own := false
		pod.Spec.HostUsers = &own
		_, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{})
		if !errors.Is(err, plan.ErrPermanent) || !strings.Contains(err.Error(), "spec.hostUsers") {
			b.Errorf("error is %v", err)
		}
		b.nothing()
	})
}
