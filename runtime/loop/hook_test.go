package loop_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Of three processes at work on a pod one runs the hook, however long it takes.
func TestOneRunsTheHook(t *testing.T) {
	onBench(t, func(b *bench) {
		pod := podOf("1", v1.RestartPolicyAlways)
		pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
		var hooks atomic.Int32
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PostStart {
				hooks.Add(1)
				time.Sleep(time.Minute)
			}
			return nil
		})
		ctx, cancel := context.WithCancel(b.Context())
		var kept sync.WaitGroup
		for range 2 {
			keeper := &loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now}, Changes: b.engine}
			kept.Go(func() { keeper.Run(ctx) })
		}
		b.run(translate.New(pod, translate.Options{}))
		cancel()
		kept.Wait()
		if n := hooks.Load(); n != 1 {
			b.Errorf("the hook ran %d times", n)
		}
	})
}

// Of three processes that find a container ill, or are to stop it, one runs its
// preStop hook and stops it after that, however long the hook takes.
func TestOneRunsThePreStop(t *testing.T) {
	for name, end := range map[string]func(b *bench, ill *atomic.Bool){
		"ill": func(_ *bench, ill *atomic.Bool) { ill.Store(true); time.Sleep(time.Minute) },
		"stopped": func(b *bench, _ *atomic.Bool) {
			if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
				b.Error(err)
			}
		},
		"removed": func(b *bench, _ *atomic.Bool) {
			if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
				b.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				pod := podOf("1", v1.RestartPolicyAlways)
				pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
				pod.Spec.Containers[0].LivenessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}, PeriodSeconds: 1, FailureThreshold: 1, SuccessThreshold: 1}
				var hooks, stops atomic.Int32
				var ill atomic.Bool
				b.fails(func(op plan.Op) error {
					switch {
					case op.Kind == plan.RunProbe && op.Attempt == 0 && ill.Load():
						return &plan.ProbeFailure{Output: "ill"}
					case op.Kind == plan.PreStop:
						hooks.Add(1)
						time.Sleep(20 * time.Second)
					case op.Kind == plan.StopUnit && op.Unit == "a":
						stops.Add(1)
						time.Sleep(5 * time.Second)
					}
					return nil
				})
				ctx, cancel := context.WithCancel(b.Context())
				var kept sync.WaitGroup
				for range 2 {
					keeper := &loop.Keeper{Runner: &loop.Runner{Engine: b.engine, Now: time.Now}, Changes: b.engine}
					kept.Go(func() { keeper.Run(ctx) })
				}
				b.run(translate.New(pod, translate.Options{}))
				time.Sleep(2 * time.Second)
				end(b, &ill)
				cancel()
				kept.Wait()
				if hooks.Load() != 1 || stops.Load() != 1 {
					b.Errorf("the hook ran %d times, and the container was stopped %d times", hooks.Load(), stops.Load())
				}
			})
		})
	}
}
