package docker

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// testPod is a pod of a test on the engine.
type testPod struct {
	testing.TB
	e    *Engine
	want *translate.Blueprint
}

// testNamespace is that of the pods of this run.
func testNamespace() string { return fmt.Sprintf("t-docker-%d", os.Getpid()) }

// newPod is a pod that is not made yet, of a name of its own; what is made of
// it is removed when the test ends.
func newPod(t testing.TB, e *Engine, spec v1.PodSpec) *testPod {
	t.Helper()
	id := strings.ToLower(rand.Text())
	uid := fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[14:26])
	for i := range spec.Containers {
		if spec.Containers[i].Image == "" {
			spec.Containers[i].Image = "busybox:latest"
		}
	}
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: testNamespace(), Name: "p-" + id[:10], UID: types.UID(uid)},
		Spec:       spec,
	}
	p := &testPod{TB: t, e: e, want: translate.New(pod, translate.Options{})}
	t.Cleanup(p.remove)
	return p
}

// startPod makes a pod and starts its containers.
func startPod(t testing.TB, e *Engine, spec v1.PodSpec) *testPod {
	t.Helper()
	p := newPod(t, e, spec)
	p.do(plan.Op{Kind: plan.CreatePause, Request: &p.want.Pause})
	p.do(plan.Op{Kind: plan.StartPause, Target: p.want.Pause.Name, Volumes: p.want.Volumes})
	for _, u := range p.want.Units {
		p.do(plan.Op{Kind: plan.CreateUnit, Request: p.request(u)})
		p.do(plan.Op{Kind: plan.StartUnit, Target: u.Request.Name})
	}
	return p
}

// shell is a container that runs a script of busybox.
func shell(script string) v1.Container {
	return v1.Container{Name: "main", Command: []string{"sh", "-c", script}}
}

// startShell makes a pod of one container that runs a script, and is the
// Docker name of the container.
func startShell(t *testing.T, e *Engine, script string) string {
	t.Helper()
	return startPod(t, e, onlyShell(script)).name()
}

// request makes the first attempt of a unit.
func (p *testPod) request(u translate.Unit) *translate.Request {
	p.Helper()
	request, missing := u.Attempt(translate.Inputs{}, 0, 0)
	if missing != nil {
		p.Fatal(missing)
	}
	return request
}

// name is the Docker name of the first container.
func (p *testPod) name() string { return p.want.Units[0].Request.Name }

func (p *testPod) do(op plan.Op) {
	p.Helper()
	if err := p.e.Do(p.Context(), op, nil); err != nil {
		p.Fatal(err)
	}
}

func (p *testPod) world() plan.World {
	p.Helper()
	w, err := p.e.Observe(p.Context(), p.want.Pod.UID)
	if err != nil {
		p.Fatal(err)
	}
	return w
}

// awaitEnd waits until the first container has ended.
func (p *testPod) awaitEnd() plan.Container {
	p.Helper()
	return p.await("main")
}

// await waits until a container has ended.
func (p *testPod) await(unit string) plan.Container {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), time.Minute)
	defer cancel()
	for range p.e.Watch(ctx, p.want.Pod.UID) {
		if c := p.world().Latest(unit); c != nil && c.Ended() {
			return *c
		}
	}
	p.Fatal("the container does not end")
	return plan.Container{}
}

func (p *testPod) remove() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.Context()), time.Minute)
	defer cancel()
	w, err := p.e.Observe(ctx, p.want.Pod.UID)
	if err != nil {
		p.Error(err)
	}
	var ops []plan.Op
	for _, c := range w.Containers {
		ops = append(ops, plan.Op{Kind: plan.RemoveUnit, Target: c.ID})
	}
	ops = append(ops, plan.Op{Kind: plan.RemovePause, Target: p.want.Pause.Name})
	for _, v := range w.Volumes {
		ops = append(ops, plan.Op{Kind: plan.RemoveVolume, Target: v})
	}
	for _, r := range slices.Concat(w.Revisions, w.Notes) {
		ops = append(ops, plan.Op{Kind: plan.RemoveVolume, Target: r.Name})
	}
	for _, op := range ops {
		if err := p.e.Do(ctx, op, nil); err != nil {
			p.Error(err)
		}
	}
}

// run runs a command and is what it wrote.
func run(t testing.TB, e *Engine, container string, command ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code, err := e.Exec(ctx, container, engine.ExecOptions{
		Command: command, Stdio: engine.Stdio{Stdout: &out, Stderr: &errs},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), code
}

// onlyShell is a pod of one container that runs a script.
func onlyShell(script string) v1.PodSpec {
	return v1.PodSpec{Containers: []v1.Container{shell(script)}}
}

// until waits until a command succeeds in the container: on a busy machine its
// shell may be long in coming.
func (p *testPod) until(command string) {
	p.Helper()
	for p.Context().Err() == nil {
		if code, err := p.e.Exec(p.Context(), p.name(), engine.ExecOptions{Command: []string{"sh", "-c", command}}); err == nil && code == 0 {
			return
		}
	}
	p.Fatalf("%s does not come true", command)
}
