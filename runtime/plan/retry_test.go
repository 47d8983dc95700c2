package plan_test

import (
	"errors"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Removals are tried again soon, everything else as the kubelet does.
func TestAgain(t *testing.T) {
	for _, c := range []struct {
		kind  plan.Kind
		count int
		want  time.Duration
	}{
		{plan.PullImage, 1, 10 * time.Second}, {plan.PullImage, 3, 40 * time.Second}, {plan.PullImage, 99, 300 * time.Second},
		{plan.StartPause, 2, 20 * time.Second},
		{plan.RemoveVolume, 1, time.Second}, {plan.RemovePause, 3, 4 * time.Second}, {plan.RemoveUnit, 99, 300 * time.Second},
	} {
		f := plan.Fault{Op: plan.Op{Kind: c.kind}, At: t0, Count: c.count}
		if got := f.Again().Sub(t0); got != c.want {
			t.Errorf("%s, failure %d: tried again after %s, want %s", c.kind, c.count, got, c.want)
		}
	}
}

// Once the time of another try has come nothing wakes the loop: it would go
// round and round for as long as the try takes.
func TestNothingWakesForWhatHasCome(t *testing.T) {
	w := unborn(podOf(1, v1.RestartPolicyAlways), translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, t0)
	pull := plan.Next(w, t0).Ops[0]
	w.Faults = map[string]plan.Fault{pull.Key(): {Op: pull, Err: errors.New("no"), At: t0, Count: 1}}
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0) // the failure is written down
	for _, after := range []time.Duration{10 * time.Second, time.Minute} {
		s := plan.Next(w, t0.Add(after))
		if len(s.Ops) != 1 || !s.Wake.IsZero() {
			t.Errorf("%s after a pull failed: %q, wake %s", after, kinds(s), s.Wake)
		}
	}
}

func TestClears(t *testing.T) {
	op := func(kind plan.Kind, unit, target string) plan.Op {
		return plan.Op{Kind: kind, Unit: unit, Target: target}
	}
	for _, c := range []struct {
		done, failed plan.Op
		want         bool
	}{
		{op(plan.StartUnit, "a", "1"), op(plan.CreateUnit, "a", "1"), true},
		{op(plan.PullImage, "a", "i"), op(plan.PullImage, "a", "j"), true},
		{op(plan.PullImage, "a", "i"), op(plan.PullImage, "b", "j"), false},
		{op(plan.RemoveUnit, "a", "1"), op(plan.RemovePause, "", "p"), true},
		{op(plan.RemoveUnit, "a", "1"), op(plan.RemoveVolume, "", "v"), true},
		{op(plan.RemovePause, "", "p"), op(plan.RemoveVolume, "", "v"), true},
		{op(plan.StopUnit, "a", "1"), op(plan.RemovePause, "", "p"), false},
		{op(plan.CreateUnit, "a", "1"), op(plan.CreateUnit, "b", "2"), false},
	} {
		if got := c.done.Clears(plan.Fault{Op: c.failed}); got != c.want {
			t.Errorf("%s %s clears %s %s: %t", c.done.Kind, c.done.Target, c.failed.Kind, c.failed.Target, got)
		}
	}
}
