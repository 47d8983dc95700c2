package plan_test

import (
	"strconv"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// attempts makes a unit's attempts what the words say, from 0 on.
func attempts(w *plan.World, words string) {
	first := w.Containers[0]
	w.Containers = nil
	for i, word := range strings.Fields(words) {
		c := first
		c.Attempt = i
		switch word {
		case "removed":
			continue
		case "created":
			c.State, c.StartedAt = plan.Created, c.FinishedAt
		case "unstarted":
			c.State, c.StartedAt, c.ExitCode = plan.Created, c.FinishedAt, 127
		case "failed":
			c.State, c.FinishedAt, c.ExitCode = plan.Exited, t0, 1
		}
		w.Containers = append(w.Containers, c)
	}
}

// logsOf names the attempt by its number.
func logsOf(w plan.World, turn plan.Turn) string {
	c, ok := plan.LogsOf(w, "a", turn)
	if !ok {
		return "none"
	}
	return strconv.Itoa(c.Attempt)
}

func TestLogsOf(t *testing.T) {
	const always, onFailure, never = v1.RestartPolicyAlways, v1.RestartPolicyOnFailure, v1.RestartPolicyNever
	for _, tt := range []struct {
		name              string
		policy            v1.RestartPolicy
		intent            plan.Intent
		attempts          string
		current, previous string
	}{
		{"no attempt", always, plan.Wanted, "", "none", "none"},
		{"not started yet", always, plan.Wanted, "created", "none", "none"},
		{"the first runs", always, plan.Wanted, "running", "0", "none"},
		{"the second runs", always, plan.Wanted, "failed running", "1", "0"},
		{"the second is not started yet", always, plan.Wanted, "failed created", "0", "0"},
		{"the first is to be followed", always, plan.Wanted, "failed", "0", "0"},
		{"the second is to be followed", onFailure, plan.Wanted, "failed failed", "1", "1"},
		{"the start failed", always, plan.Wanted, "unstarted", "0", "0"},
		{"ended for good", never, plan.Wanted, "failed", "0", "none"},
		{"ended for good after another", never, plan.Wanted, "failed failed", "1", "0"},
		{"the pod was stopped", always, plan.Halted, "failed", "0", "0"},
		{"the pod has ended", always, plan.Ended, "failed", "0", "none"},
		{"the pod is being removed", always, plan.Going, "failed", "0", "none"},
		{"the ones before were removed", always, plan.Wanted, "removed removed running", "2", "none"},
	} {
		w := up(t, podOf(1, tt.policy))
		if tt.intent != plan.Wanted {
			intend(&w, tt.intent)
		}
		attempts(&w, tt.attempts)
		if current, previous := logsOf(w, plan.Current), logsOf(w, plan.Previous); current != tt.current || previous != tt.previous {
			t.Errorf("%s: current %s, previous %s; want %s, %s", tt.name, current, previous, tt.current, tt.previous)
		}
	}
	if c, ok := plan.LogsOf(plan.World{}, "a", plan.Previous); ok {
		t.Errorf("a world without anything has %v", c)
	}
}
