package supervisor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

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

// supervised is a supervisor of a model engine, and a pod that is up.
type supervised struct {
	*testing.T
	engine *enginetest.Engine
	runner *loop.Runner
	s      *Supervisor
	ended  chan error
}

func supervise(t *testing.T, test func(*supervised)) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		e := enginetest.New(time.Now, "image")
		b := &supervised{T: t, engine: e, runner: &loop.Runner{Engine: e, Now: time.Now}, ended: make(chan error, 1)}
		b.s = &Supervisor{Engine: e, Changes: changes{e}, Events: e, Place: PlaceOf(folder, "engine"), Command: "supervise", Idle: 10 * time.Second}
		test(b)
	})
}

// run makes a pod of one container.
func (b *supervised) run(policy v1.RestartPolicy) {
	b.Helper()
	pod := &v1.Pod{}
	pod.Name, pod.Namespace, pod.UID = "web", "default", "1"
	pod.Spec.RestartPolicy = policy
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "image", ImagePullPolicy: v1.PullIfNotPresent}}
	if _, err := b.runner.Run(b.Context(), translate.New(pod, translate.Options{}), loop.RunOptions{}); err != nil {
		b.Fatal(err)
	}
}

func (b *supervised) start() {
	go func() { b.ended <- b.s.Run(b.Context()) }()
	synctest.Wait()
}

// exit ends the pod's container.
func (b *supervised) exit() {
	b.engine.Change("1", func(w *plan.World) {
		c := w.Latest("a")
		c.State, c.FinishedAt = plan.Exited, time.Now()
	})
}

// within wants it to end by itself after some time and not before.
func (b *supervised) within(least, most time.Duration) {
	b.Helper()
	began := time.Now()
	select {
	case err := <-b.ended:
		if took := time.Since(began); err != nil || took < least {
			b.Errorf("it ended after %s, %v", took, err)
		}
	case <-time.After(most):
		b.Fatalf("it is there after %s", most)
	}
	if _, held, err := b.s.Place.Holder(); held || err != nil {
		b.Errorf("the lock is held when it has ended: %t, %v", held, err)
	}
}

// It stays while a pod needs it, restarts what ends, and ends when no pod has
// needed it for a while.
func TestEndsWhenIdle(t *testing.T) {
	supervise(t, func(b *supervised) {
		b.run(v1.RestartPolicyAlways)
		b.start()
		time.Sleep(time.Hour)
		b.exit()
		time.Sleep(time.Second)
		w, err := b.runner.Find(b.Context(), "default", "web")
		if err != nil {
			b.Fatal(err)
		}
		if c := w.Latest("a"); c.Attempt != 1 || c.State != plan.Running {
			b.Errorf("attempt %d is %s", c.Attempt, c.State)
		}
		if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		b.within(9*time.Second, 12*time.Second)
	})
}

// A pod that has ended for good needs nobody once that is written down.
func TestEndedPodNeedsNobody(t *testing.T) {
	supervise(t, func(b *supervised) {
		b.run(v1.RestartPolicyNever)
		b.start()
		time.Sleep(time.Hour)
		b.exit()
		b.within(9*time.Second, 12*time.Second)
		w, err := b.runner.Find(b.Context(), "default", "web")
		if err != nil || w.Intent() != plan.Ended {
			b.Errorf("it is not written down that the pod has ended: %q, %v", w.Intent(), err)
		}
	})
}

// deaf are changes that are not heard of.
type deaf struct{}

func (deaf) Changes(ctx context.Context) <-chan types.UID {
	out := make(chan types.UID)
	go func() { <-ctx.Done(); close(out) }()
	return out
}

// A pod that was made shortly before the end, by someone who saw a supervisor
// at work, is not left alone, though nothing was heard of it.
func TestLastLook(t *testing.T) {
	supervise(t, func(b *supervised) {
		b.s.Changes = deaf{}
		b.start()
		b.run(v1.RestartPolicyAlways)
		time.Sleep(30 * time.Second)
		select {
		case err := <-b.ended:
			b.Fatalf("it has left a pod that needs it: %v", err)
		default:
		}
		if _, held, err := b.s.Place.Holder(); !held || err != nil {
			b.Errorf("it does not hold the lock any more: %v", err)
		}
	})
}

// One is enough, and a second one says who is there.
func TestOneSupervisor(t *testing.T) {
	supervise(t, func(b *supervised) {
		held, err := b.s.Place.Hold("serve")
		if err != nil {
			b.Fatal(err)
		}
		defer held.Release()
		if err := b.s.Run(b.Context()); !errors.As(err, new(*TakenError)) {
			b.Errorf("it says %v", err)
		}
	})
}
