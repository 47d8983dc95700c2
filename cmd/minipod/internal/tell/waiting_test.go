package tell

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func TestWaiting(t *testing.T) {
	world := plan.World{Namespace: "default", Name: "web", Containers: []plan.Container{{ID: "q", Unit: "proxy", StopSignal: "SIGQUIT"}}}
	stop := plan.Op{Kind: plan.StopUnit, Unit: "2nd", Target: "c", Grace: 30 * time.Second}
	quit := stop
	quit.Unit, quit.Target = "proxy", "q"
	hook := stop
	hook.Kind, hook.Action = plan.PreStop, &translate.Action{}
	pull := plan.Op{Kind: plan.PullImage, Unit: "2nd", Target: "nginx"}
	start := plan.Op{Kind: plan.StartUnit, Unit: "2nd", Target: "c"}
	for _, c := range []struct {
		name, want string
		op         plan.Op
		took       time.Duration
	}{
		{"a stop that is soon done", "", stop, time.Second},
		{"a stop that takes long", "container 2nd of pod web has not ended on SIGTERM: up to 28 s more, --now kills\n", stop, 3 * time.Second},
		{"a signal of the image's", "container proxy of pod web has not ended on SIGQUIT: up to 28 s more, --now kills\n", quit, 3 * time.Second},
		{"a hook that takes long", "container 2nd of pod web runs its preStop hook: up to 28 s more, --now kills\n", hook, 3 * time.Second},
		{"a kill that takes long", "container 2nd of pod web: the engine has not stopped it yet\n", plan.Op{Kind: plan.StopUnit, Unit: "2nd", Target: "c"}, 3 * time.Second},
		{"a pull", "image nginx: pulling\n", pull, time.Minute},
		{"a busy engine", "", start, 9 * time.Second},
		{"a very busy engine", "container 2nd of pod web: the engine is slow to start it\n", start, 11 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			w := NewWaiting(NewConsole(&b), "--now")
			w.Began(world, c.op)
			time.Sleep(c.took)
			synctest.Wait()
			w.Done(world, c.op, c.took, nil)
			time.Sleep(time.Minute)
			w.Close()
			if b.String() != c.want {
				t.Errorf("%s: said %q, want %q", c.name, b.String(), c.want)
			}
		})
	}
}

// What a pod waits for is said once, and not when it is there in time.
func TestWaitingForOthers(t *testing.T) {
	missing := plan.Step{Waits: []plan.Wait{{Unit: "a", Reason: plan.ReasonConfigError, Detail: `configmap "web" not found`}}}
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		w := NewWaiting(NewConsole(&b), "")
		w.Saw(plan.World{}, missing)
		time.Sleep(time.Second)
		w.Saw(plan.World{}, plan.Step{})
		time.Sleep(time.Minute)
		if b.Len() > 0 {
			t.Errorf("said %q of what is no longer waited for", b.String())
		}
		for range 5 {
			w.Saw(plan.World{}, missing)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		w.Close()
		if want := "container a waits: CreateContainerConfigError: configmap \"web\" not found\n"; b.String() != want {
			t.Errorf("said %q, want %q", b.String(), want)
		}
		w.Saw(plan.World{}, missing)
		time.Sleep(time.Minute)
		if strings.Count(b.String(), "\n") != 1 {
			t.Errorf("said more after Close: %q", b.String())
		}
	})
}

func TestFit(t *testing.T) {
	for _, line := range []string{"short", strings.Repeat("x", 80), strings.Repeat("é", 200)} {
		got := []rune(fit(line))
		if len(got) > 80 || len([]rune(line)) <= 80 && string(got) != line || len([]rune(line)) > 80 && !strings.HasSuffix(string(got), "...") {
			t.Errorf("fit(%q) = %q", line, string(got))
		}
	}
}

func TestOnAll(t *testing.T) {
	got := onAll([]string{"0.0.0.0:8080->80/tcp", "[::]:8080->80/tcp", "127.0.0.1:53->53/udp"})
	if strings.Join(got, " ") != "8080->80/tcp 127.0.0.1:53->53/udp" {
		t.Errorf("got %q", got)
	}
}

// An init container that runs is waited for by all others.
func TestWaitingForAnInitContainer(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{InitContainers: []v1.Container{{Name: "i"}}, Containers: []v1.Container{{Name: "c"}}}}
	running := plan.World{
		Namespace: "default", Name: "web", Want: translate.New(pod, translate.Options{}),
		Containers: []plan.Container{{Unit: "i", State: plan.Running}},
	}
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		w := NewWaiting(NewConsole(&b), "")
		for range 3 {
			w.Saw(running, plan.Step{State: plan.Starting})
			time.Sleep(time.Second)
		}
		w.Close()
		if want := "init container i has not ended yet: minipod logs web -c i\n"; b.String() != want {
			t.Errorf("said %q, want %q", b.String(), want)
		}
	})
}

// A pod that another process stops or removes is waited for in so many words.
func TestWaitingForItsEnd(t *testing.T) {
	for _, c := range []struct {
		name, want string
		state      plan.PodState
		grace, age time.Duration
		running    plan.State
		took       time.Duration
	}{
		{"removed", "pod web is being removed by another command: up to 11 s more; minipod rm --now web ends it at once\n", plan.Leaving, 12 * time.Second, time.Second, plan.Running, time.Minute},
		{"stopped", "pod web is being stopped by another command: up to 9 s more; minipod stop --now web ends it at once\n", plan.Stopping, 10 * time.Second, time.Second, plan.Running, time.Minute},
		{"over", "pod web is being removed by another command; minipod rm --now web ends it at once\n", plan.Leaving, 10 * time.Second, time.Minute, plan.Running, time.Minute},
		{"soon done", "", plan.Leaving, 12 * time.Second, 0, plan.Running, time.Second},
		{"nothing runs", "", plan.Leaving, 12 * time.Second, 0, plan.Exited, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			w := NewWaiting(NewConsole(&b), "")
			pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", Annotations: map[string]string{}}}
			seconds := int64(c.grace.Seconds())
			pod.Spec.TerminationGracePeriodSeconds = &seconds
			asked := time.Now().Add(-c.age)
			if c.state == plan.Leaving {
				pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &metav1.Time{Time: asked.Add(c.grace)}, &seconds
			} else {
				pod.Annotations[translate.AnnotationIntent] = string(plan.Halted)
			}
			world := plan.World{
				Namespace: "default", Name: "web", Want: &translate.Blueprint{Pod: pod}, Pause: &plan.Pause{},
				Containers: []plan.Container{{Unit: "main", State: c.running}},
				Revisions:  []plan.Revision{{Made: asked, Others: true}},
			}
			w.Saw(world, plan.Step{State: c.state})
			time.Sleep(c.took)
			synctest.Wait()
			w.Close()
			if b.String() != c.want {
				t.Errorf("%s: said %q, want %q", c.name, b.String(), c.want)
			}
		})
	}
}
