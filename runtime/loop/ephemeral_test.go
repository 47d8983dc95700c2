package loop_test

import (
	"context"
	"errors"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// debug gives the pod an ephemeral container e.
func (b *bench) debug() error {
	_, err := b.runner.Amend(b.Context(), translate.Ref{Namespace: "default", Name: "web"}, func(pod *v1.Pod) error {
		c := v1.EphemeralContainer{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "e", Image: "image-e"}}
		pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, c)
		return nil
	}, loop.Aim{})
	return err
}

// debugged runs a pod that has then got an ephemeral container e.
func (b *bench) debugged() {
	b.Helper()
	b.run(blueprint("1"))
	if err := b.debug(); err != nil {
		b.Fatalf("amend: %v", err)
	}
}

// A pod that is stopped gets none, now and when it is started.
func TestNoEphemeralWhereStopped(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
			b.Fatalf("stop: %v", err)
		}
		if err := b.debug(); !errors.As(err, new(*loop.StoppedError)) {
			b.Errorf("of a stopped pod: %v", err)
		}
		if n := len(b.world().Want.Pod.Spec.EphemeralContainers); n > 0 {
			b.Errorf("it has %d", n)
		}
	})
}

// restarted stops the pod and starts it again.
func (b *bench) restarted() loop.Result {
	b.Helper()
	if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
		b.Fatalf("stop: %v", err)
	}
	res, err := b.runner.Start(b.Context(), "default", "web")
	if err != nil || res.Step.State != plan.Up {
		b.Errorf("start: the pod is %s, %v", res.Step.State, err)
	}
	return res
}

// An ephemeral container that cannot be made is in nobody's way: the pod is
// started as before, and run of it goes on with it.
func TestEphemeralThatFails(t *testing.T) {
	onBench(t, func(b *bench) {
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.PullImage && op.Target == "image-e" {
				return errors.New("manifest unknown")
			}
			return nil
		})
		b.debugged()
		if res := b.restarted(); len(res.Step.Faults()) > 0 {
			b.Errorf("faults: %+v", res.Step.Faults())
		}
		if res := b.run(b.world().Want); !res.Existed {
			b.Errorf("run made another pod")
		}
	})
}

// stuck is an engine that does an operation of a unit for as long as it is waited
// for.
type stuck struct {
	loop.Engine
	kind plan.Kind
	unit string
}

func (s stuck) Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	if op.Kind == s.kind && op.Unit == s.unit {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Engine.Do(ctx, op, progress)
}

// Nor is one waited for whose image takes long to pull.
func TestEphemeralThatTakesLong(t *testing.T) {
	onBench(t, func(b *bench) {
		seen := &witness{}
		b.runner.Engine, b.runner.Observer = stuck{b.engine, plan.PullImage, "e"}, seen
		began := time.Now()
		b.debugged()
		b.restarted()
		if took := time.Since(began); took > 5*time.Second {
			b.Errorf("it took %s", took)
		}
		if len(seen.failed) > 0 {
			b.Errorf("told of as failed: %v", seen.failed)
		}
	})
}

// The end of a pod waits for no pull either, nor for a hook or a probe.
func TestEndWhileSomethingTakesLong(t *testing.T) {
	endless := &v1.HTTPGetAction{Host: "192.0.2.1", Port: intstr.FromInt32(80)}
	pod := podOf("1", v1.RestartPolicyAlways)
	hooked, probed := pod.DeepCopy(), pod.DeepCopy()
	hooked.Spec.Containers[1].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{HTTPGet: endless}}
	probed.Spec.Containers[1].StartupProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{HTTPGet: endless}, TimeoutSeconds: 1 << 20}
	for kind, pod := range map[plan.Kind]*v1.Pod{plan.PullImage: pod, plan.PostStart: hooked, plan.RunProbe: probed} {
		for name, end := range map[string]func(context.Context, *loop.Runner) error{
			"stopped": func(ctx context.Context, r *loop.Runner) error { return r.Stop(ctx, "default", "web", nil) },
			"removed": func(ctx context.Context, r *loop.Runner) error { return r.Remove(ctx, "default", "web", nil) },
		} {
			t.Run(string(kind)+", "+name, func(t *testing.T) {
				onBench(t, func(b *bench) {
					seen := &witness{}
					other := *b.runner
					b.runner.Engine, b.runner.Observer = stuck{b.engine, kind, "b"}, seen
					ended := make(chan error)
					time.AfterFunc(10*time.Second, func() { ended <- end(b.Context(), &other) })
					began := time.Now()
					_, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{Aim: loop.Aim{Timeout: time.Hour}})
					if took := time.Since(began); err == nil || took < 10*time.Second || took > time.Minute {
						b.Errorf("after %s: %v", took, err)
					}
					if err := <-ended; err != nil {
						b.Error(err)
					}
					if len(seen.failed) > 0 {
						b.Errorf("told of as failed: %v", seen.failed)
					}
				})
			})
		}
	}
}

// witness remembers what it was told has failed.
type witness struct{ failed []error }

func (w *witness) Saw(plan.World, plan.Step)  {}
func (w *witness) Began(plan.World, plan.Op)  {}
func (w *witness) Progress(p engine.Progress) {}
func (w *witness) Done(_ plan.World, _ plan.Op, _ time.Duration, err error) {
	if err != nil {
		w.failed = append(w.failed, err)
	}
}
