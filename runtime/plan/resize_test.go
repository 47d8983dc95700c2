package plan_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// sized is a pod of a container with limits.
func sized(cpu, memory string, policies ...v1.ContainerResizePolicy) *v1.Pod {
	pod := podOf(1, v1.RestartPolicyAlways)
	list := v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse(memory)}
	pod.Spec.Containers[0].Resources = v1.ResourceRequirements{Limits: list, Requests: list}
	pod.Spec.Containers[0].ResizePolicy = policies
	return pod
}

// Limits of a container that runs follow the manifest; its resizePolicy may have
// it restarted for that.
func TestResize(t *testing.T) {
	restart := v1.ContainerResizePolicy{ResourceName: v1.ResourceMemory, RestartPolicy: v1.RestartContainer}
	keep := v1.ContainerResizePolicy{ResourceName: v1.ResourceCPU, RestartPolicy: v1.NotRequired}
	for name, c := range map[string]struct {
		cpu, memory string
		ops         string
	}{
		"nothing changes":         {"1", "64Mi", "[]"},
		"more CPU":                {"2", "64Mi", "[resize a/0]"},
		"more memory":             {"1", "128Mi", "[stop a/0]"},
		"more of both":            {"2", "128Mi", "[stop a/0]"},
		"less CPU than it has":    {"500m", "64Mi", "[resize a/0]"},
		"the same in other words": {"1000m", "65536Ki", "[]"},
	} {
		w := up(t, sized("1", "64Mi", restart, keep))
		w.Want = translate.New(sized(c.cpu, c.memory, restart, keep), translate.Options{})
		w = claimed(w, t0)
		s := plan.Next(w, t0)
		if got := fmt.Sprint(kinds(s)); got != c.ops {
			t.Errorf("%s: %s, want %s", name, got, c.ops)
		}
		for _, op := range s.Ops {
			if op.Kind == plan.StopUnit && op.Cause != plan.CauseResize {
				t.Errorf("%s: the cause is %q", name, op.Cause)
			}
			w = plan.Apply(w, op, t0)
		}
		for s = plan.Next(w, t0); len(s.Ops) > 0; s = plan.Next(w, t0) {
			w = plan.Apply(w, s.Ops[0], t0)
		}
		u, _ := w.Want.Unit("a")
		if _, unsized := w.Unsized(u, *w.Latest("a")); unsized || s.State != plan.Up {
			t.Errorf("%s: in the end it is %s, unsized %t", name, s.State, unsized)
		}
	}
}

// A change of the memory that is asked for, which the engine knows nothing of,
// restarts a container whose resizePolicy says so, and once.
func TestResizeOfARequest(t *testing.T) {
	asking := func(memory string, policies ...v1.ContainerResizePolicy) *v1.Pod {
		pod := sized("1", "64Mi", policies...)
		pod.Spec.Containers[0].Resources.Requests = v1.ResourceList{v1.ResourceMemory: resource.MustParse(memory)}
		return pod
	}
	of := func(kind v1.ResourceName, policy v1.ResourceResizeRestartPolicy) v1.ContainerResizePolicy {
		return v1.ContainerResizePolicy{ResourceName: kind, RestartPolicy: policy}
	}
	for name, c := range map[string]struct {
		policies []v1.ContainerResizePolicy
		memory   string
		ops      string
	}{
		"restarted":                 {[]v1.ContainerResizePolicy{of(v1.ResourceMemory, v1.RestartContainer)}, "32Mi", "[stop a/0]"},
		"the same":                  {[]v1.ContainerResizePolicy{of(v1.ResourceMemory, v1.RestartContainer)}, "16384Ki", "[]"},
		"not required":              {[]v1.ContainerResizePolicy{of(v1.ResourceMemory, v1.NotRequired)}, "32Mi", "[]"},
		"required of the CPU alone": {[]v1.ContainerResizePolicy{of(v1.ResourceCPU, v1.RestartContainer)}, "32Mi", "[]"},
		"no policy":                 {nil, "32Mi", "[]"},
	} {
		w := up(t, asking("16Mi", c.policies...))
		w.Want = translate.New(asking(c.memory, c.policies...), translate.Options{})
		w = claimed(w, t0)
		s := plan.Next(w, t0)
		if got := fmt.Sprint(kinds(s)); got != c.ops {
			t.Errorf("%s: %s, want %s", name, got, c.ops)
		}
		w = rested(w)
		if s := plan.Next(w, t0); len(s.Ops) != 0 || s.State != plan.Up {
			t.Errorf("%s: in the end it is %s, %v", name, s.State, kinds(s))
		}
	}
	w := up(t, asking("16Mi", of(v1.ResourceMemory, v1.RestartContainer)))
	w.Latest("a").MemoryAsked = "" // made by a minipod that did not write it down
	w.Want = translate.New(asking("32Mi", of(v1.ResourceMemory, v1.RestartContainer)), translate.Options{})
	if s := plan.Next(w, t0); len(s.Ops) != 0 {
		t.Errorf("one that does not tell what it asks for: %v", kinds(s))
	}
}

// rested does all that Next has to do.
func rested(w plan.World) plan.World {
	for s := plan.Next(w, t0); len(s.Ops) > 0; s = plan.Next(w, t0) {
		w = plan.Apply(w, s.Ops[0], t0)
	}
	return w
}

// An engine that leaves out what its kernel cannot do is not asked again and
// again.
func TestResizeThatChangesNothing(t *testing.T) {
	w := up(t, sized("1", "64Mi"))
	w.Latest("a").Resources.CPUShares = 0
	if s := plan.Next(w, t0); len(s.Ops) != 0 || s.State != plan.Up {
		t.Errorf("an engine without shares: %v, %s", kinds(s), s.State)
	}
	w.Latest("a").Resources.Memory = 0
	s := plan.Next(w, t0)
	if fmt.Sprint(kinds(s)) != "[resize a/0]" {
		t.Fatalf("the step is %v", kinds(s))
	}
	w.Memory = w.Settle(s.Ops[0], nil, t0)
	if s = plan.Next(w, t0); len(s.Ops) != 0 || s.State != plan.Up {
		t.Errorf("after a resize that changed nothing: %v, %s", kinds(s), s.State)
	}
}

// A resize that failed is of no account once the manifest says something else.
func TestFailedResizeIsForgotten(t *testing.T) {
	w := up(t, sized("1", "64Mi"))
	first := w.Want
	w.Want = translate.New(sized("1", "8Mi"), translate.Options{})
	op := plan.Next(w, t0).Ops[0]
	w.Memory = w.Settle(op, errors.New("below current usage"), t0)
	s := plan.Next(w, t0)
	u, _ := w.Want.Unit("a")
	if len(s.Ops) != 0 || len(s.Faults()) != 1 || s.Waits[0].Reason != plan.ReasonResizeError || w.ResizeFault(u, *w.Latest("a")) == nil {
		t.Errorf("after the failure: %v, waits %+v", kinds(s), s.Waits)
	}
	if s = plan.Next(w, t0.Add(time.Minute)); fmt.Sprint(kinds(s)) != "[resize a/0]" {
		t.Errorf("a minute later: %v", kinds(s))
	}
	w.Want = first
	if s = plan.Next(w, t0); len(s.Ops) != 0 || len(s.Waits) != 0 {
		t.Errorf("taken back: %v, waits %+v", kinds(s), s.Waits)
	}
}

// shared is a pod whose containers share limits, in a cgroup of the pod.
func shared(cpu, memory string) *translate.Blueprint {
	pod := podOf(2, v1.RestartPolicyAlways)
	list := v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse(memory)}
	pod.Spec.Resources = &v1.ResourceRequirements{Limits: list, Requests: list}
	return translate.New(pod, translate.Options{PodCgroup: true})
}

// The kernel lets no container have more processor time than its pod: one that
// gets more is resized before its containers, one that gets less after them.
func TestResizeOfThePod(t *testing.T) {
	for name, c := range map[string]struct {
		cpu, memory string
		steps       string
	}{
		"nothing changes": {"1", "64Mi", "[[]]"},
		"more of both":    {"2", "128Mi", "[[resize] [resize a/0 resize b/0] []]"},
		"less CPU":        {"500m", "64Mi", "[[resize a/0 resize b/0] [resize] []]"},
		"less memory":     {"1", "32Mi", "[[resize resize a/0 resize b/0] []]"},
	} {
		w := born(t, shared("1", "64Mi"))
		w.Want = shared(c.cpu, c.memory)
		var steps [][]string
		for len(steps) == 0 || len(steps[len(steps)-1]) > 0 {
			s := plan.Next(w, t0)
			steps = append(steps, kinds(s))
			for _, op := range s.Ops {
				w = plan.Apply(w, op, t0)
			}
		}
		if got := fmt.Sprint(steps); got != c.steps {
			t.Errorf("%s: %s, want %s", name, got, c.steps)
		}
		if _, unsized := w.UnsizedPod(); unsized {
			t.Errorf("%s: in the end it has %s", name, w.Pause.Resources)
		}
	}
}

// A pod that cannot be resized is looked after all the same.
func TestResizeOfThePodThatFails(t *testing.T) {
	w := born(t, shared("1", "64Mi"))
	w.Want = shared("2", "64Mi")
	op := plan.Next(w, t0).Ops[0]
	if op.Cgroup != translate.CgroupOf(w.Want.Pod) || op.Target != w.Pause.ID || *op.Resources != (plan.Resources{CPUShares: 2048, CPUQuota: 200_000, Memory: 64 << 20}) {
		t.Errorf("the operation is %+v", op)
	}
	w.Memory = w.Settle(op, errors.New("below current usage"), t0)
	s := plan.Next(w, t0)
	if fmt.Sprint(kinds(s)) != "[resize a/0 resize b/0]" || w.PodResizeFault() == nil || s.Waits[0].Reason != plan.ReasonResizeError {
		t.Errorf("after the failure: %v, waits %+v", kinds(s), s.Waits)
	}
	w.Want = shared("1", "64Mi")
	if s = plan.Next(w, t0); len(s.Ops) != 0 || len(s.Waits) != 0 {
		t.Errorf("taken back: %v, waits %+v", kinds(s), s.Waits)
	}
}

// The pause carries the limits: whoever starts it, and removes it, knows the
// cgroup.
func TestCgroupOfThePod(t *testing.T) {
	w := born(t, shared("1", "64Mi"))
	cgroup := translate.CgroupOf(w.Want.Pod)
	w = plan.Apply(w, plan.Op{Kind: plan.StopPause, Target: w.Pause.ID}, t0)
	start := plan.Next(w, t0).Ops[0]
	if start.Kind != plan.StartPause || start.Cgroup != cgroup || *start.Resources != w.Pause.Resources {
		t.Errorf("the start is %+v", start)
	}
}
