package plan_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/plan"
)

// A pod that uses more of the disk than it may is evicted, whatever its policy;
// what cannot be measured is no reason to.
func TestEviction(t *testing.T) {
	const period = 10 * time.Second
	pod := podOf(1, v1.RestartPolicyAlways)
	limit := resource.MustParse("1Ki")
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{SizeLimit: &limit}}}}
	w := up(t, pod)
	due := w.Pause.StartedAt.Add(period)
	if s := plan.Next(w, due.Add(-time.Second)); len(s.Ops) > 0 || !s.Wake.Equal(due) {
		t.Errorf("before it is measured: %q, wake %s", kinds(s), s.Wake)
	}
	for _, err := range []error{nil, errors.New("no"), plan.ErrStale} {
		s := plan.Next(w, due)
		if got := fmt.Sprint(kinds(s), s.State); got != "[measure]up" {
			t.Fatalf("when it is due: %s", got)
		}
		w.Memory = w.Settle(s.Ops[0], err, due)
		due = due.Add(period)
		if s := plan.Next(w, due.Add(-time.Second)); len(s.Ops)+len(s.Waits) > 0 || !s.Wake.Equal(due) {
			t.Errorf("after %v: %q, %v, wake %s", err, kinds(s), s.Waits, s.Wake)
		}
	}
	over := &plan.Overuse{Message: "too much"}
	w.Memory = w.Settle(plan.Next(w, due).Ops[0], over, due)
	s := plan.Next(w, due)
	if got := fmt.Sprint(kinds(s), s.State); got != "[revise]finished" {
		t.Fatalf("over the limit: %s", got)
	}
	w = plan.Apply(w, s.Ops[0], due)
	s = plan.Next(w, due)
	if got := fmt.Sprint(kinds(s), s.State, s.Phase, w.EndReason(), w.EndMessage(), w.GraceSeconds()); got != "[stop a/0 set policy]finishedRunningEvictedtoo much1" {
		t.Errorf("then: %s", got)
	}
	exit(w, "a", 137, due)
	op, _ := plan.Start(w)
	w = plan.Apply(w, op, due)
	w.Pause.State = plan.Exited
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, due.Add(time.Second))
	if s := plan.Next(w, due.Add(2*time.Second)); s.State == plan.Finished || w.EndMessage() != "" {
		t.Errorf("started again: %s, %q", s.State, w.EndMessage())
	}
}
