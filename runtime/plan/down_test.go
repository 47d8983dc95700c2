package plan_test

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
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
	if got := plan.Clashes(w); len(got) != 1 || got[0] != (plan.Clash{Port: "80/tcp", First: "a", Second: "b"}) {
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
