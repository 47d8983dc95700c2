package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// A pod whose deadline has passed is ended, whatever its policy, and has
// failed; when it is started again it has its whole time.
func TestDeadline(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	seconds := int64(60)
	pod.Spec.ActiveDeadlineSeconds = &seconds
	w := up(t, pod)
	end := t0.Add(time.Minute)
	if s := plan.Next(w, end.Add(-time.Second)); len(s.Ops) > 0 || !s.Wake.Equal(end) {
		t.Errorf("before it: %q, wake %s", kinds(s), s.Wake)
	}
	s := plan.Next(w, end)
	if got := fmt.Sprint(kinds(s), s.State); got != "[revise]finished" {
		t.Fatalf("when it has passed: %s", got)
	}
	w = plan.Apply(w, s.Ops[0], end)
	s = plan.Next(w, end)
	if got := fmt.Sprint(kinds(s), s.State, s.Phase, w.EndReason()); got != "[stop a/0 set policy]finishedRunningDeadlineExceeded" {
		t.Errorf("then: %s", got)
	}
	exit(w, "a", 1, end.Add(-time.Second))
	if w.Overdue(*w.Latest("a")) {
		t.Error("what ended before was ended by the deadline")
	}
	exit(w, "a", 143, end)
	if !w.Overdue(*w.Latest("a")) {
		t.Error("what ended then was not ended by the deadline")
	}
	if got := plan.Next(w, end).Phase; got != v1.PodFailed {
		t.Errorf("at last it is %s", got)
	}
	op, _ := plan.Start(w)
	w = plan.Apply(w, op, end)
	w.Pause.State = plan.Exited
	if s := plan.Next(w, end); !slices.Contains(kinds(s), "start pause") || s.State != plan.Starting {
		t.Errorf("to be started again: %q, %s", kinds(s), s.State)
	}
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, end)
	if s := plan.Next(w, end.Add(59*time.Second)); s.State == plan.Finished || s.Phase != v1.PodRunning {
		t.Errorf("started again: %s, %s", s.State, s.Phase)
	}
}

// A pod that another process has ended has come as far as it does when nothing of
// it runs any more, though there is nothing to do until then.
func TestEndedByOthers(t *testing.T) {
	w := up(t, podOf(1, v1.RestartPolicyNever))
	intend(&w, plan.Ended)
	w.Revisions[0].Others = true
	w.Latest("a").Signalled = t0
	s := plan.Next(w, t0)
	if len(s.Ops) > 0 || s.Settled() {
		t.Errorf("while its container ends: %v, settled: %t", kinds(s), s.Settled())
	}
	exit(w, "a", 137, t0)
	w.Pause.State = plan.Exited
	if s = plan.Next(w, t0); !s.Settled() {
		t.Errorf("when all has ended: %v", kinds(s))
	}
}
