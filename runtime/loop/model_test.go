package loop_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// podOf is a pod web of containers a and b with a volume.
func podOf(uid types.UID, policy v1.RestartPolicy) *v1.Pod {
	pod := &v1.Pod{}
	pod.Namespace, pod.Name, pod.UID = "default", "web", uid
	pod.Spec.RestartPolicy = policy
	pod.Spec.Volumes = []v1.Volume{{Name: "html", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}}
	for _, name := range []string{"a", "b"} {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: name, Image: "image-" + name, ImagePullPolicy: v1.PullIfNotPresent})
	}
	return pod
}

// blueprint is of podOf with a restart policy of Always.
func blueprint(uid types.UID) *translate.Blueprint {
	return translate.New(podOf(uid, v1.RestartPolicyAlways), translate.Options{})
}

// opTime is how long an operation takes on the bench.
const opTime = 10 * time.Millisecond

// bench is a model engine on a clock that stands still while anything is
// done. A test on it fails when a goroutine is left over.
type bench struct {
	*testing.T
	engine *enginetest.Engine
	runner *loop.Runner
}

func onBench(t *testing.T, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := enginetest.New(time.Now)
		e.Before = func(plan.Op) error { time.Sleep(opTime); return nil }
		test(&bench{T: t, engine: e, runner: &loop.Runner{Engine: e, Now: time.Now}})
	})
}

// fails has operations fail for a reason.
func (b *bench) fails(which func(op plan.Op) error) {
	b.engine.Before = func(op plan.Op) error { time.Sleep(opTime); return which(op) }
}

// run runs a pod that must come up.
func (b *bench) run(want *translate.Blueprint) loop.Result {
	b.Helper()
	res, err := b.runner.Run(b.Context(), want, loop.RunOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return res
}

// world is the only pod there is.
func (b *bench) world() plan.World {
	b.Helper()
	worlds, err := b.runner.List(b.Context())
	if err != nil || len(worlds) != 1 {
		b.Fatalf("there are %d pods, want one: %v", len(worlds), err)
	}
	return worlds[0]
}

// whole wants one pod that is up, of nothing too much.
func (b *bench) whole() {
	b.Helper()
	w := b.world()
	if w.Pause == nil || w.Pause.State != plan.Running || w.Intent() != plan.Wanted {
		b.Fatalf("the pause is %+v", w.Pause)
	}
	if got, want := states(w), "a/0 running, b/0 running"; got != want {
		b.Errorf("the containers are %q, want %q", got, want)
	}
}

// nothing wants no pod, and nothing of one.
func (b *bench) nothing() {
	b.Helper()
	worlds, err := b.runner.List(b.Context())
	if err != nil || len(worlds) > 0 {
		b.Errorf("left over: %+v, %v", worlds, err)
	}
}

func states(w plan.World) string {
	var text string
	for i, c := range w.Containers {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s/%d %s", c.Unit, c.Attempt, c.State)
	}
	return text
}

// kinds are the operations that were done, sorted within what may be done
// side by side.
func kinds(ops []plan.Op) []string {
	var list []string
	for _, op := range ops {
		list = append(list, string(op.Kind)+" "+op.Unit)
	}
	return list
}

// severed is an engine as a process sees it that is killed, or whose engine
// dies: after so many operations nothing answers any more.
type severed struct {
	*enginetest.Engine
	left   atomic.Int64
	silent bool // the last operation is done, and nobody hears of it
}

func (b *bench) sever(after int, silent bool) *loop.Runner {
	s := &severed{Engine: b.engine, silent: silent}
	s.left.Store(int64(after))
	return &loop.Runner{Engine: s, Now: time.Now}
}

var errGone = fmt.Errorf("dial: %w", plan.ErrUnreachable)

func (s *severed) Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	left := s.left.Add(-1)
	if left < 0 {
		return errGone
	}
	err := s.Engine.Do(ctx, op, progress)
	if left == 0 && s.silent {
		return errGone
	}
	return err
}

func (s *severed) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	if s.left.Load() < 0 {
		return plan.World{}, errGone
	}
	return s.Engine.Observe(ctx, uid)
}

func (s *severed) Pods(ctx context.Context) ([]translate.Ref, error) {
	if s.left.Load() < 0 {
		return nil, errGone
	}
	return s.Engine.Pods(ctx)
}

// absent is an engine that does not answer so many looks.
type absent struct {
	*enginetest.Engine
	looks atomic.Int64
}

func (a *absent) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	if a.looks.Add(-1) >= 0 {
		return plan.World{}, errGone
	}
	return a.Engine.Observe(ctx, uid)
}

// hinted wants an error that names a command.
func hinted(t *testing.T, err error, command string) {
	t.Helper()
	var hint interface{ Hint() string }
	if !errors.As(err, &hint) || hint.Hint() != command {
		t.Errorf("error %q has no hint %q", err, command)
	}
}

func uid(n int) types.UID { return types.UID(fmt.Sprint("uid-", n)) }
