package plan_test

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// The container that failed first, not the first that failed in the manifest.
func TestFirstFailure(t *testing.T) {
	w := up(t, podOf(3, v1.RestartPolicyNever))
	if c, ok := plan.FirstFailure(w); ok {
		t.Errorf("%+v has failed", c)
	}
	for i, end := range []struct{ code, after int }{{5, 3}, {7, 2}, {0, 1}} {
		c := &w.Containers[i]
		c.State, c.ExitCode, c.FinishedAt = plan.Exited, end.code, c.StartedAt.Add(time.Duration(end.after)*time.Second)
	}
	if c, ok := plan.FirstFailure(w); !ok || c.ExitCode != 7 {
		t.Errorf("%+v, %t, want the one with code 7", c, ok)
	}
}
