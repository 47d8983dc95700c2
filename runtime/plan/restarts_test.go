package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
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

// What crashes goes on counting in a new pause, and forgets when the pod is
// started again on purpose (pkg/kubelet/kuberuntime, doBackOff: the key is the
// container's).
func TestBackOffOutlivesThePause(t *testing.T) {
	w := up(t, podOf(1, v1.RestartPolicyAlways))
	w.Latest("a").Backoff = 3
	exit(w, "a", 1, t0.Add(time.Second))
	w.Pause.StartedAt = t0.Add(2 * time.Second)
	s := plan.Next(w, t0.Add(3*time.Second))
	if len(s.Waits) != 1 || s.Waits[0].Reason != plan.ReasonCrashLoop || !s.Waits[0].Until.Equal(t0.Add(41*time.Second)) {
		t.Errorf("in a new pause it waits for %+v, and does %v", s.Waits, kinds(s))
	}
	w.Pause.StartedAt = t0
	intend(&w, plan.Halted)
	intend(&w, plan.Wanted)
	if s := plan.Next(w, t0.Add(3*time.Second)); len(s.Waits) > 0 || len(s.Ops) == 0 {
		t.Errorf("after stop and start it waits for %+v, and does %v", s.Waits, kinds(s))
	}
}

// docker restart of a container starts an attempt again that was followed by
// another meanwhile: one of them runs, the newest.
func TestOneAttemptRuns(t *testing.T) {
	w := up(t, podOf(2, v1.RestartPolicyAlways))
	former := *w.Latest("a")
	former.ID, former.Name = "former", "web_a_former"
	w.Latest("a").Attempt++
	w.Containers = append(w.Containers, former)
	s := plan.Next(claimed(w, t0), t0)
	if diff := cmp.Diff([]string{"stop a/0"}, kinds(s)); diff != "" || s.Ops[0].Target != "former" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The stop of what runs still from before says why: that the pod was started once
// more is no change of a definition.
func TestStopSaysWhatWasChanged(t *testing.T) {
	started := up(t, podOf(1, v1.RestartPolicyAlways))
	stop, _ := plan.Stop(started, nil)
	started = plan.Apply(started, stop, t0)
	start, _ := plan.Start(started)
	started = plan.Apply(started, start, t0)
	changed := up(t, podOf(1, v1.RestartPolicyAlways))
	other := podOf(1, v1.RestartPolicyAlways)
	other.Spec.Containers[0].Image = "image-1"
	changed.Want = translate.New(other, translate.Options{})
	for cause, w := range map[string]plan.World{"": started, plan.CauseChange: changed} {
		s := plan.Next(claimed(w, t0), t0)
		if got := fmt.Sprint(kinds(s)); got != "[stop a/0]" || s.Ops[0].Cause != cause {
			t.Errorf("%s for %q, want it stopped for %q", got, s.Ops[0].Cause, cause)
		}
	}
}
