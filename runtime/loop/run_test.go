package loop_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func TestRun(t *testing.T) {
	onBench(t, func(b *bench) {
		res := b.run(blueprint("1"))
		if res.Existed || res.Step.State != plan.Up || res.Step.Phase != v1.PodRunning {
			b.Errorf("the pod was left %+v", res.Step)
		}
		b.whole()
		got := kinds(b.engine.Ops())
		slices.Sort(got[1:4]) // pulls beside the start of the pause
		slices.Sort(got[4:6])
		want := []string{"create pause ", "pull image a", "pull image b", "start pause ", "create a", "create b", "start a", "start b"}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("operations (-want +got):\n%s", diff)
		}
	})
}

// A pod that ends by itself is run to its end.
func TestRunToTheEnd(t *testing.T) {
	onBench(t, func(b *bench) {
		b.engine.After = func(op plan.Op, w *plan.World) error {
			if op.Kind == plan.StartUnit {
				end(w, op.Target, 0)
			}
			return nil
		}
		res := b.run(translate.New(podOf("1", v1.RestartPolicyNever), translate.Options{}))
		if res.Step.State != plan.Finished || res.Step.Phase != v1.PodSucceeded || res.World.Pause.State != plan.Exited {
			b.Errorf("the pod was left %+v with pause %+v", res.Step, res.World.Pause)
		}
	})
}

// end ends an attempt as its process would.
func end(w *plan.World, id string, code int) {
	for i := range w.Containers {
		if c := &w.Containers[i]; c.ID == id {
			c.State, c.ExitCode, c.FinishedAt = plan.Exited, code, time.Now()
		}
	}
}

// refuse is what a start that fails leaves of a container.
func refuse(w *plan.World, id string) {
	for i := range w.Containers {
		if c := &w.Containers[i]; c.ID == id {
			c.State, c.ExitCode, c.StartedAt, c.Error = plan.Created, 127, time.Time{}, "no such program"
		}
	}
}

func TestRunOfTheSame(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		before := len(b.engine.Ops())
		if res := b.run(blueprint("2")); !res.Existed {
			b.Error("a pod that is the same was made again")
		}
		if after := len(b.engine.Ops()); after != before {
			b.Errorf("%d operations on a pod that is up", after-before)
		}
		b.whole()
	})
}

// What another run has left half is brought on.
func TestRunGoesOn(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		b.engine.Change("1", func(w *plan.World) {
			w.Containers = slices.DeleteFunc(w.Containers, func(c plan.Container) bool { return c.Unit == "b" })
		})
		if res := b.run(blueprint("2")); !res.Existed || res.World.UID != "1" {
			b.Errorf("the pod that was there is not gone on with: %+v", res)
		}
		b.whole()
	})
}

func TestRunOfAnother(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		other := podOf("2", v1.RestartPolicyAlways)
		other.Spec.Containers[0].Image = "image-b"
		want := translate.New(other, translate.Options{})
		_, err := b.runner.Run(b.Context(), want, loop.RunOptions{})
		differs := new(loop.DiffersError)
		if !errors.As(err, &differs) || differs.Have.Pod.UID != "1" || differs.Want != want {
			b.Fatalf("error is %v", err)
		}
		hinted(t, err, "minipod rm web removes it; minipod run --replace puts the new one in its place")
		b.whole()
		res, err := b.runner.Run(b.Context(), want, loop.RunOptions{Replace: true})
		if err != nil || res.Existed {
			b.Errorf("run --replace: %+v, %v", res, err)
		}
		b.whole()
		if uid := b.world().UID; uid != "2" {
			b.Errorf("the pod is %s still", uid)
		}
	})
}

// Options are a part of what was asked for.
func TestRunWithOtherOptions(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		other := translate.New(podOf("2", v1.RestartPolicyAlways), translate.Options{Network: "mine"})
		if _, err := b.runner.Run(b.Context(), other, loop.RunOptions{}); !errors.As(err, new(*loop.DiffersError)) {
			b.Errorf("error is %v", err)
		}
	})
}

// A pod that is being removed is waited for, and does not come back.
func TestRunWaitsForRemoval(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		b.fails(func(op plan.Op) error {
			if op.Kind == plan.StopUnit {
				time.Sleep(20 * time.Second)
			}
			return nil
		})
		removed := make(chan error)
		go func() { removed <- b.runner.Remove(b.Context(), "default", "web", nil) }()
		time.Sleep(time.Second)
		start := time.Now()
		if res := b.run(blueprint("2")); res.Existed || res.World.UID != "2" {
			b.Errorf("the pod is %+v", res.World)
		}
		if took := time.Since(start); took < 19*time.Second || took > 25*time.Second {
			b.Errorf("run took %s", took)
		}
		if err := <-removed; err != nil {
			b.Errorf("rm: %v", err)
		}
		b.whole()
	})
}

// What a removal that was killed has left is removed by the next run.
func TestRunSweeps(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		b.engine.Change("1", func(w *plan.World) { w.Pause, w.Want = nil, nil })
		b.run(blueprint("2"))
		b.whole()
	})
}

func TestStopAndStart(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
			b.Fatal(err)
		}
		if w := b.world(); states(w) != "a/0 exited, b/0 exited" || w.Pause.State != plan.Exited || w.Intent() != plan.Halted {
			b.Errorf("stopped: %s, pause %+v", states(w), w.Pause)
		}
		_, err := b.runner.Run(b.Context(), blueprint("2"), loop.RunOptions{})
		if !errors.As(err, new(*loop.StoppedError)) {
			b.Errorf("run of a stopped pod: %v", err)
		}
		hinted(t, err, "minipod start web")
		if err := b.runner.Stop(b.Context(), "default", "web", nil); err != nil {
			b.Errorf("stop again: %v", err)
		}
		if _, err := b.runner.Start(b.Context(), "default", "web"); err != nil {
			b.Fatal(err)
		}
		if w := b.world(); states(w) != "a/0 exited, a/1 running, b/0 exited, b/1 running" || w.Pause.State != plan.Running {
			b.Errorf("started: %s, pause %+v", states(w), w.Pause)
		}
		if c := b.world().Latest("a"); c.Restarts != 0 {
			b.Errorf("a start on purpose counts as %d restarts", c.Restarts)
		}
		before := len(b.engine.Ops())
		if _, err := b.runner.Start(b.Context(), "default", "web"); err != nil || len(b.engine.Ops()) != before {
			b.Errorf("start of a pod that is up: %v, and %d operations", err, len(b.engine.Ops())-before)
		}
	})
}

// A pod that has ended is started in new containers.
func TestStartOfAnEndedPod(t *testing.T) {
	onBench(t, func(b *bench) {
		ends := true
		b.engine.After = func(op plan.Op, w *plan.World) error {
			if ends && op.Kind == plan.StartUnit {
				end(w, op.Target, 1)
			}
			return nil
		}
		b.run(translate.New(podOf("1", v1.RestartPolicyNever), translate.Options{}))
		ends = false
		res, err := b.runner.Start(b.Context(), "default", "web")
		if err != nil || res.Step.State != plan.Up {
			b.Errorf("start: %+v, %v", res.Step, err)
		}
		if got := states(b.world()); got != "a/0 exited, a/1 running, b/0 exited, b/1 running" {
			b.Errorf("started: %s", got)
		}
	})
}

func TestNotFound(t *testing.T) {
	onBench(t, func(b *bench) {
		_, start := b.runner.Start(b.Context(), "default", "web")
		for verb, err := range map[string]error{
			"rm":    b.runner.Remove(b.Context(), "default", "web", nil),
			"stop":  b.runner.Stop(b.Context(), "default", "web", nil),
			"start": start,
		} {
			if missing := new(loop.NotFoundError); !errors.As(err, &missing) || missing.Ref.Name != "web" {
				b.Errorf("%s: %v", verb, err)
			}
		}
	})
}

// Removing takes the grace that was asked for, and looks only at the pod of
// that name and namespace.
func TestRemove(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		other := podOf("2", v1.RestartPolicyAlways)
		other.Namespace = "shop"
		b.run(translate.New(other, translate.Options{}))
		grace := int64(3)
		if err := b.runner.Remove(b.Context(), "default", "web", &grace); err != nil {
			b.Fatal(err)
		}
		b.whole()
		if w := b.world(); w.UID != "2" {
			b.Errorf("left is %s", w.UID)
		}
		for _, op := range b.engine.Ops() {
			if op.Kind == plan.StopUnit && op.Grace != 3*time.Second {
				b.Errorf("stopped with %s", op.Grace)
			}
		}
	})
}

// Kill removes by UID, also what has no pause any more.
func TestKill(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		for range 2 {
			if err := b.runner.Kill(b.Context(), translate.Ref{Namespace: "default", Name: "web", UID: "1"}); err != nil {
				b.Fatal(err)
			}
			b.nothing()
		}
	})
}

// Create makes the pause and leaves the rest to others.
func TestCreate(t *testing.T) {
	onBench(t, func(b *bench) {
		if err := b.runner.Create(b.Context(), blueprint("1")); err != nil {
			b.Fatal(err)
		}
		if w := b.world(); w.Pause.State != plan.Created || len(w.Containers) > 0 {
			b.Errorf("created: %+v", w)
		}
		if err := b.runner.Create(context.Background(), blueprint("2")); !errors.As(err, new(*loop.ExistsError)) {
			b.Errorf("again: %v", err)
		}
	})
}

// onlooker counts the looks since the last operation.
type onlooker struct {
	loop.Engine
	looks int
}

func (o *onlooker) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	o.looks++
	return o.Engine.Observe(ctx, uid)
}

func (o *onlooker) Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	defer func() { o.looks = 0 }()
	return o.Engine.Do(ctx, op, progress)
}

// That the last container is no longer young is no reason to look again: the
// engine would have hinted that it has ended.
func TestRunLooksNoMoreThanItHasTo(t *testing.T) {
	onBench(t, func(b *bench) {
		o := &onlooker{Engine: b.engine}
		b.runner.Engine = o
		began := time.Now()
		res := b.run(blueprint("1"))
		if rest := time.Since(began) - 5*opTime; rest <= 0 || res.Step.State != plan.Up {
			b.Errorf("run did not wait until the pod is no longer young: %s, %s", rest, res.Step.State)
		}
		const hinted = 1 // that the engine is listened to
		if o.looks > 1+hinted {
			b.Errorf("it looked %d times after the last start", o.looks)
		}
	})
}

// A pod that has not come as far as it is to in time stays as it is.
func TestRunTakesTooLong(t *testing.T) {
	onBench(t, func(b *bench) {
		start := time.Now()
		aim := loop.Aim{Timeout: 3 * time.Second, Reached: func(plan.World, plan.Step) bool { return false }}
		res, err := b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{Aim: aim})
		if took := time.Since(start); !errors.As(err, new(*loop.TimeoutError)) || took < 3*time.Second || took > 4*time.Second {
			b.Errorf("after %s: %v", took, err)
		}
		if res.Step.State != plan.Up {
			b.Errorf("the pod was left %+v", res.Step)
		}
		b.whole()
		res, err = b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{Aim: aim})
		if !errors.As(err, new(*loop.TimeoutError)) || !res.Existed {
			b.Errorf("again: %+v, %v", res, err)
		}
	})
}

// What takes long is broken off when the time is over.
func TestRunTakesTooLongToPull(t *testing.T) {
	onBench(t, func(b *bench) {
		b.engine.Before = func(op plan.Op) error {
			if op.Kind == plan.PullImage {
				time.Sleep(time.Hour)
			}
			return nil
		}
		_, err := b.runner.Run(b.Context(), blueprint("1"), loop.RunOptions{Aim: loop.Aim{Timeout: time.Minute}})
		if !errors.As(err, new(*loop.TimeoutError)) {
			b.Errorf("error is %v", err)
		}
		if w := b.world(); w.Pause == nil {
			b.Error("the pod was removed")
		}
	})
}

// runsE reports that container e runs.
func runsE(w plan.World, _ plan.Step) bool {
	e := w.Latest("e")
	return e != nil && e.State == plan.Running
}

// A change of a manifest is written down and brought on; one that is refused
// changes nothing.
func TestAmend(t *testing.T) {
	onBench(t, func(b *bench) {
		b.run(blueprint("1"))
		ref := translate.Ref{Namespace: "default", Name: "web"}
		refusal := errors.New("no")
		if _, err := b.runner.Amend(b.Context(), ref, func(*v1.Pod) error { return refusal }, loop.Aim{}); !errors.Is(err, refusal) {
			b.Errorf("error is %v", err)
		}
		if w := b.world(); len(w.Revisions) != 0 {
			b.Errorf("revisions %v", w.Revisions)
		}
		res, err := b.runner.Amend(b.Context(), ref, func(pod *v1.Pod) error {
			c := v1.EphemeralContainer{EphemeralContainerCommon: v1.EphemeralContainerCommon{Name: "e", Image: "image-e"}}
			pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, c)
			return nil
		}, loop.Aim{Reached: runsE})
		if err != nil || res.World.Latest("e") == nil || res.World.Latest("e").State != plan.Running {
			b.Errorf("left %+v, %v", res.World.Containers, err)
		}
	})
}
