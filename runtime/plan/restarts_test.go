package plan_test

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// Crashes count as restarts, and a pause that died does, as on a node; a start on
// purpose does not.
func TestRestartsAreCounted(t *testing.T) {
	w := up(t, podOf(1, v1.RestartPolicyAlways))
	now := t0
	on := func() {
		now = now.Add(time.Hour)
		for range 50 {
			if s := plan.Next(w, now); len(s.Ops) > 0 {
				w = plan.Apply(w, s.Ops[0], now)
			}
		}
	}
	want := func(after string, restarts int) {
		t.Helper()
		if c := w.Latest("a"); c.State != plan.Running || c.Restarts != restarts {
			t.Errorf("after %s: %s, %d restarts, want %d", after, c.State, c.Restarts, restarts)
		}
	}
	want("the first start", 0)
	exit(w, "a", 1, t0)
	on()
	want("a crash", 1)
	intend(&w, plan.Halted)
	on()
	intend(&w, plan.Wanted)
	on()
	want("stop and start", 1)
	exit(w, "a", 1, t0)
	w.Pause.StartedAt = now.Add(time.Minute)
	on()
	want("the end of the pause", 2)
	exit(w, "a", 1, t0)
	on()
	want("another crash", 3)
}
