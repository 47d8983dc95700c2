package tell

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// What was started is told of by whoever looks, once, in the order of the pod:
// it does not matter who did it, and in which order.
func TestStartsAreToldFromTheWorld(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Name: "a", Image: "busybox"}, {Name: "b", Image: "busybox"}, {Name: "c", Image: "busybox"}}}}
	pod.Namespace, pod.Name, pod.UID = "default", "web", "new"
	b := translate.New(pod, translate.Options{})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	pause := func(at time.Time) *plan.Pause {
		return &plan.Pause{Name: b.Pause.Name, State: plan.Running, StartedAt: at}
	}
	unit := func(name string, attempt int, at time.Time) plan.Container {
		return plan.Container{ID: name + at.String(), Name: translate.ContainerName(pod, name, attempt), Unit: name, Attempt: attempt, StartedAt: at}
	}
	world := func(p *plan.Pause, all ...plan.Container) plan.World {
		return plan.World{UID: "new", Want: b, Pause: p, Containers: all}
	}
	started := func(names ...string) (ops []plan.Op) {
		for _, name := range names {
			ops = append(ops, plan.Op{Kind: plan.StartUnit, Unit: name})
		}
		return ops
	}
	type look struct {
		world plan.World
		ops   []plan.Op
	}
	later := at.Add(time.Hour)
	exited := unit("a", 0, at)
	exited.State, exited.FinishedAt = plan.Exited, at
	all := world(pause(at), exited, unit("b", 0, at), unit("c", 0, at))
	again := world(pause(later), exited, unit("a", 1, later), unit("b", 0, at), unit("b", 1, later), unit("c", 1, later))
	const own, a, bee, c = "pause web_POD", "container web_a", "container web_b", "container web_c"
	for name, test := range map[string]struct {
		born   bool        // this process has made the pod
		before *plan.World // what was there, where that is known
		looks  []look
		want   []string
	}{
		"all by another one":    {born: true, looks: []look{{all, nil}, {all, nil}}, want: []string{own, a, bee, c}},
		"the last first":        {born: true, looks: []look{{world(pause(at), unit("c", 0, at)), started("a", "b")}, {world(pause(at), unit("b", 0, at), unit("c", 0, at)), started("a")}, {all, nil}}, want: []string{own, a, bee, c}},
		"one that cannot start": {born: true, looks: []look{{world(pause(at), unit("b", 0, at), unit("c", 0, at)), nil}}, want: []string{own, bee, c}},
		"one that never comes":  {born: true, looks: []look{{world(pause(at), unit("b", 0, at)), started("a", "c")}}, want: []string{own, bee}},
		"there before":          {looks: []look{{all, nil}, {all, nil}}},
		"half there before":     {looks: []look{{world(pause(at), unit("a", 0, at)), started("b", "c")}, {all, nil}}, want: []string{bee, c}},
		"restarted":             {born: true, looks: []look{{all, nil}, {again, nil}}, want: []string{own, a, bee, c}},
		"started again":         {before: &all, looks: []look{{again, nil}, {again, nil}}, want: []string{own, "container web_a_1", "container web_b_1", "container web_c_1"}},
	} {
		var text bytes.Buffer
		n := NewNarrator(NewConsole(&text), b, Brief)
		if test.born {
			n.Done(plan.World{UID: "new"}, plan.Op{Kind: plan.CreatePause}, 0, nil)
		}
		if test.before != nil {
			n.From(*test.before)
		}
		for _, l := range test.looks {
			n.Saw(l.world, plan.Step{Ops: l.ops})
		}
		n.Close()
		var got []string
		for line := range strings.Lines(text.String()) {
			subject, _, _ := strings.Cut(line, ":")
			got = append(got, subject)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: told of %q, want %q", name, got, test.want)
		}
	}
}

// What is told of a pause and of a container fits a line. What is the machine's is
// neither owned nor joined.
func TestStartsInBrief(t *testing.T) {
	private := v1.PodSpec{ShareProcessNamespace: new(bool)}
	for _, test := range []struct {
		spec             v1.PodSpec
		pause, container string
	}{
		{v1.PodSpec{}, "owns the network, IPC and PID namespaces", "joined them"},
		{private, "owns the network and IPC namespaces", "joined them"},
		{v1.PodSpec{HostNetwork: true}, "owns the IPC and PID namespaces, uses the machine's network", "uses them"},
		{v1.PodSpec{HostIPC: true}, "owns the network and PID namespaces, uses the machine's IPC", "uses them"},
		{v1.PodSpec{HostPID: true}, "owns the network and IPC namespaces, uses the machine's PID", "uses them"},
		{v1.PodSpec{HostNetwork: true, HostIPC: true}, "owns the PID namespace, uses the machine's network and IPC", "uses them"},
		{v1.PodSpec{HostNetwork: true, HostPID: true}, "owns the IPC namespace, uses the machine's network and PID", "uses them"},
		{v1.PodSpec{HostIPC: true, HostPID: true}, "owns the network namespace, uses the machine's IPC and PID", "uses them"},
		{v1.PodSpec{HostNetwork: true, HostIPC: true, HostPID: true}, "uses the machine's network, IPC and PID namespaces", "uses them"},
	} {
		pod := &v1.Pod{Spec: test.spec}
		pod.Spec.Containers = []v1.Container{{Name: "a", Image: "busybox"}}
		pod.Namespace, pod.Name = "default", "web"
		want := "pause web_POD: " + test.pause + "\ncontainer web_a: " + test.container + ", runs busybox\n"
		if got := toldOfStart(pod, Brief); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// In full detail each container has its namespaces.
func TestStartsInFull(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{HostNetwork: true, Containers: []v1.Container{{Name: "a", Image: "busybox"}}}}
	pod.Namespace, pod.Name = "default", "web"
	for _, want := range []string{
		"pause web_POD started: owns the IPC and PID namespaces, uses the machine's network\n",
		"container web_a started: image busybox, joined the IPC and PID namespaces of web_POD, uses the machine's network\n",
	} {
		if got := toldOfStart(pod, Full); !strings.Contains(got, want) {
			t.Errorf("told %q, want %q in it", got, want)
		}
	}
}

// toldOfStart is what is told of a pod whose one container, a, is started.
func toldOfStart(pod *v1.Pod, detail Detail) string {
	var text bytes.Buffer
	n := NewNarrator(NewConsole(&text), translate.New(pod, translate.Options{}), detail)
	n.From(plan.World{})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	n.Saw(plan.World{Pause: &plan.Pause{Name: "web_POD", StartedAt: at}, Containers: []plan.Container{{ID: "a", Name: "web_a", Unit: "a", StartedAt: at}}}, plan.Step{})
	n.Close()
	return text.String()
}

// That a registry is silent is told once of a container, however often it is made
// and its image is asked for.
func TestSilentRegistry(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Name: "a", Image: "busybox"}}}}
	b := translate.New(pod, translate.Options{})
	var text bytes.Buffer
	n := NewNarrator(NewConsole(&text), b, Brief)
	for attempt := range 2 {
		n.Done(plan.World{}, plan.Op{Kind: plan.PullImage, Unit: "a", Target: "busybox", Attempt: attempt}, 0, plan.ErrUnreachable)
		n.Done(plan.World{}, plan.Op{Kind: plan.CreateUnit, Unit: "a", Attempt: attempt, Request: &b.Units[0].Request}, 0, nil)
	}
	n.Close()
	if got := strings.Count(text.String(), "minipod: warning: image busybox: its registry is silent"); got != 1 {
		t.Errorf("it is told %d times:\n%s", got, text.String())
	}
}
