package plan_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func TestDown(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy v1.RestartPolicy
		code   int
		want   bool
	}{
		{"a failure under Never", v1.RestartPolicyNever, 1, true},
		{"work that is done", v1.RestartPolicyNever, 0, false},
		{"work that is done, and is retried on failure", v1.RestartPolicyOnFailure, 0, false},
		{"a failure that is retried", v1.RestartPolicyOnFailure, 1, true},
		{"what should run for ever", v1.RestartPolicyAlways, 0, true},
	} {
		w := up(t, podOf(2, c.policy))
		if got := plan.Down(w); len(got) > 0 {
			t.Errorf("%s: down while it runs: %v", c.name, got)
		}
		ended := &w.Containers[0]
		ended.State, ended.ExitCode, ended.FinishedAt = plan.Exited, c.code, ended.StartedAt.Add(time.Second)
		if got := plan.Down(w); (len(got) == 1 && got[0].ID == ended.ID) != c.want {
			t.Errorf("%s: down are %v, want the container: %t", c.name, got, c.want)
		}
	}
}

// What another process could not start is a fault as one's own is, and one's own is
// not told twice.
func TestUnstarted(t *testing.T) {
	w := up(t, podOf(1, v1.RestartPolicyAlways))
	c := &w.Containers[0]
	c.State, c.ExitCode, c.Error, c.Backoff, c.StartedAt, c.FinishedAt = plan.Exited, 127, "no such program", 1, time.Time{}, t0
	for name, faults := range map[string]map[string]plan.Fault{
		"another's": nil,
		"one's own": {"start": {Op: plan.Op{Kind: plan.StartUnit, Unit: c.Unit, Target: c.ID}, Err: errors.New(c.Error), At: t0, Count: 1}},
	} {
		w.Faults = faults
		s := plan.Unstarted(w, plan.Next(w, t0))
		if got := s.Faults(); len(got) != 1 || got[0].Op.Kind != plan.StartUnit || got[0].Err.Error() != c.Error {
			t.Errorf("%s: faults %+v", name, got)
		}
		if i := slices.IndexFunc(s.Waits, plan.Wait.Blocks); i < 0 || s.Waits[i].Reason != plan.ReasonRunError {
			t.Errorf("%s: waits %+v", name, s.Waits)
		}
	}
}

// A pod is up a moment after its last start, and not before: what ends at
// once is seen. The moment is longer where starts take long.
func TestYoung(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyAlways))
	if s := plan.Next(w, t0); !s.Settled() {
		t.Fatalf("a pod that another process has brought up is not settled: %+v", s)
	}
	start := plan.Op{Kind: plan.StartUnit, Unit: "a"}
	for _, c := range []struct{ took, young time.Duration }{
		{0, 20 * time.Millisecond}, {300 * time.Millisecond, 150 * time.Millisecond}, {time.Minute, time.Second},
	} {
		w.Memory = w.Took(start, c.took, t0).Settle(plan.Op{Kind: plan.CreateUnit, Unit: "b"}, nil, t0)
		if s := plan.Next(w, t0.Add(c.young-1)); s.Settled() || !s.Wake.Equal(t0.Add(c.young)) {
			t.Errorf("a start that took %s: settled %t, look again at %s", c.took, s.Settled(), s.Wake)
		}
		if s := plan.Next(w, t0.Add(c.young)); !s.Settled() {
			t.Errorf("a start that took %s: not settled after %s: %+v", c.took, c.young, s)
		}
	}
}

// What a supervisor was the first to start may fail at once as well: whoever
// waits for the pod to be up looks at it for a moment, and longer where ports
// clash.
func TestYoungOfAnother(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyNever))
	w.Containers[1].StartedAt = w.Containers[0].StartedAt.Add(time.Second)
	started := w.Containers[1].StartedAt
	settled := func(after time.Duration) bool { return plan.Next(w, started.Add(after)).Settled() }
	if !settled(0) {
		t.Error("who does not wait for the pod is told that it is starting")
	}
	w.Since = started
	if settled(249*time.Millisecond) || !settled(250*time.Millisecond) {
		t.Errorf("settled after 249 ms: %t, after 250: %t", settled(249*time.Millisecond), settled(250*time.Millisecond))
	}
	own := w
	own.Memory = w.Took(plan.Op{Kind: plan.StartUnit, Target: w.Containers[1].ID}, 0, started)
	if s := plan.Next(own, started.Add(20*time.Millisecond)); !s.Settled() {
		t.Errorf("its own start is looked at for as long as another's: %+v", s)
	}
	w.Images = map[string]plan.Image{"sha256:nginx": {Ports: []string{"80/tcp"}}}
	for i := range w.Containers {
		w.Containers[i].ImageID = "sha256:nginx"
	}
	if settled(3*time.Second) || !settled(5*time.Second) {
		t.Errorf("with a clash: settled after three seconds: %t, after five: %t", settled(3*time.Second), settled(5*time.Second))
	}
}

// A container that was restarted a moment ago has failed before: whoever waits
// for the pod to be up looks longer whether it does so again, and nobody else.
func TestRestartedIsWatched(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyAlways))
	started := w.Containers[1].StartedAt
	settled := func(after time.Duration) bool { return plan.Next(w, started.Add(after)).Settled() }
	w.Since = started
	if !settled(time.Second) {
		t.Error("what was never restarted is waited for")
	}
	w.Containers[1].Attempt, w.Containers[1].Backoff = 1, 1
	if settled(time.Second) || !settled(2*time.Second) {
		t.Errorf("settled after one second: %t, after two: %t", settled(time.Second), settled(2*time.Second))
	}
	if !settled(-time.Hour) {
		t.Error("an engine whose clock is an hour ahead is waited for")
	}
	w.Since = time.Time{}
	if !settled(time.Second) {
		t.Error("who does not wait for the pod is told that it is starting")
	}
}

// Two containers that declare one port are looked at for longer, until one has
// ended.
func TestClash(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyNever))
	w.Images = map[string]plan.Image{}
	for i := range w.Containers {
		w.Containers[i].ImageID = "sha256:nginx"
	}
	if got := plan.Clashes(w); len(got) > 0 {
		t.Errorf("no ports are declared: %v", got)
	}
	w.Images["sha256:nginx"] = plan.Image{Ports: []string{"80/tcp"}}
	if got := plan.Clashes(w); len(got) != 1 || got[0] != (plan.Clash{Port: "80/tcp", First: "a", Second: "b", ExposesFirst: true, ExposesSecond: true}) {
		t.Errorf("clashes: %v", got)
	}
	w.Memory = w.Took(plan.Op{Kind: plan.StartUnit, Unit: "b"}, 0, t0)
	if s := plan.Next(w, t0.Add(3*time.Second)); s.Settled() {
		t.Errorf("settled though a clash shows later")
	}
	if s := plan.Next(w, t0.Add(5*time.Second)); !s.Settled() {
		t.Errorf("not settled after the time that it takes: %+v", s)
	}
	w.Containers[1].State, w.Containers[1].ExitCode, w.Containers[1].FinishedAt = plan.Exited, 1, t0.Add(time.Second)
	if s := plan.Next(w, t0.Add(2*time.Second)); !s.Settled() {
		t.Errorf("not settled though one is down: %+v", s)
	}
	for i := range w.Want.Units {
		w.Want.Units[i].Container.Command = []string{"sleep"}
	}
	if got := plan.Clashes(w); len(got) > 0 {
		t.Errorf("the images are not run as they are: %v", got)
	}
}

// Who says that a container listens on a port is told: its manifest or its image,
// also before anything is made of it.
func TestClashSaysWhoWantsThePort(t *testing.T) {
	declared := []v1.ContainerPort{{ContainerPort: 80, Protocol: v1.ProtocolTCP}}
	for _, c := range []struct {
		a, b        []v1.ContainerPort
		text, rival string
	}{
		{nil, nil, "containers a and b share one network and the images of both expose port 80/tcp: only one can listen on it", "the image of container a exposes port 80/tcp too"},
		{declared, nil, "containers a and b share one network: the image of b exposes port 80/tcp, which a declares: only one can listen on it", "container a declares port 80/tcp too"},
		{nil, declared, "containers a and b share one network: the image of a exposes port 80/tcp, which b declares: only one can listen on it", "the image of container a exposes port 80/tcp too"},
		{declared, declared, "containers a and b share one network and both declare port 80/tcp: only one can listen on it", "container a declares port 80/tcp too"},
	} {
		pod := podOf(2, v1.RestartPolicyNever)
		pod.Spec.Containers[0].Ports, pod.Spec.Containers[1].Ports = c.a, c.b
		w := unborn(pod, translate.Options{})
		w.Images = map[string]plan.Image{}
		for _, u := range w.Want.Units {
			w.Images[u.Container.Image] = plan.Image{Ports: []string{"80/tcp"}}
		}
		got := plan.Clashes(w)
		if len(got) != 1 || got[0].String() != c.text || got[0].Rival("b") != c.rival || got[0].Rival("other") != "" {
			t.Errorf("%v, want %s", got, c.text)
		}
	}
}
