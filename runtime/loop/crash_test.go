package loop_test

import (
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A container that fails at once, and again a moment after its restart, is never
// told to be up, however quick the engine is.
func TestRunOfWhatCrashes(t *testing.T) {
	for _, lives := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond} {
		onBench(t, func(b *bench) {
			b.engine.After = func(op plan.Op, w *plan.World) error {
				if op.Kind != plan.StartUnit || op.Unit != "b" {
					return nil
				}
				after := lives
				if op.Attempt > 0 {
					after += time.Second
				}
				time.AfterFunc(after, func() {
					b.engine.Change("1", func(w *plan.World) { end(w, op.Target, 1) })
				})
				return nil
			}
			res := b.run(translate.New(podOf("1", v1.RestartPolicyAlways), translate.Options{}))
			down := slices.ContainsFunc(plan.Down(res.World), func(c plan.Container) bool { return c.Unit == "b" && c.Attempt == 1 })
			if !down || res.Step.State != plan.Up {
				b.Errorf("after %s: the pod is %s, down are %+v", lives, res.Step.State, plan.Down(res.World))
			}
		})
	}
}
