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
