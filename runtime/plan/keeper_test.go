package plan_test

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// rest brings a world to where nothing is to be done for the pod.
func rest(t *testing.T, w *plan.World) {
	t.Helper()
	for range 100 {
		ops := plan.Next(*w, t0).Ops
		if len(ops) == 0 {
			return
		}
		for _, op := range ops {
			*w = plan.Apply(*w, op, t0)
		}
	}
	t.Fatal("it does not come to rest")
}

// Each case changes a pod of container a that is up.
func TestNeedsKeeper(t *testing.T) {
	ended := func(w *plan.World) { exit(*w, "a", 0, t0) }
	cases := map[string]struct {
		policy v1.RestartPolicy
		change func(w *plan.World)
		want   bool
	}{
		"up, Always":                {v1.RestartPolicyAlways, func(*plan.World) {}, true},
		"up, Never":                 {v1.RestartPolicyNever, func(*plan.World) {}, true}, // that it ended is written down when it has
		"ended, Always":             {v1.RestartPolicyAlways, ended, true},
		"ended, not yet written":    {v1.RestartPolicyNever, ended, true},
		"ended, written":            {v1.RestartPolicyNever, func(w *plan.World) { ended(w); rest(t, w) }, false},
		"stopped, but runs still":   {v1.RestartPolicyAlways, func(w *plan.World) { intend(w, plan.Halted) }, true},
		"stopped":                   {v1.RestartPolicyAlways, func(w *plan.World) { intend(w, plan.Halted); rest(t, w) }, false},
		"being removed":             {v1.RestartPolicyAlways, func(w *plan.World) { intend(w, plan.Going) }, true},
		"being removed, no pause":   {v1.RestartPolicyAlways, func(w *plan.World) { intend(w, plan.Going); w.Pause, w.Containers = nil, nil }, true},
		"manifest cannot be read":   {v1.RestartPolicyAlways, func(w *plan.World) { w.Want, w.Invalid = nil, "broken" }, false},
		"not made yet":              {v1.RestartPolicyAlways, func(w *plan.World) { w.Pause, w.Containers = nil, nil }, false},
		"waits for finalizers only": {v1.RestartPolicyAlways, func(w *plan.World) { finalize(w); rest(t, w) }, false},
		"finalizers, runs still":    {v1.RestartPolicyAlways, finalize, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := up(t, podOf(1, c.policy))
			c.change(&w)
			if got := plan.NeedsKeeper(w); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

// finalize has a pod be removed that has a finalizer.
func finalize(w *plan.World) {
	intend(w, plan.Going)
	pod := w.Want.Pod.DeepCopy()
	pod.Finalizers = []string{"example.org/stay"}
	w.Want = translate.New(pod, translate.Options{})
}

func TestGatedPodNeedsNoKeeper(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	pod.Spec.SchedulingGates = []v1.PodSchedulingGate{{Name: "g"}}
	w := unborn(pod, translate.Options{})
	rest(t, &w)
	if w.Pause == nil || plan.NeedsKeeper(w) {
		t.Error("a pod that waits for its gates is taken for one that needs a keeper")
	}
}

// What a pod waits for is told of when nothing has happened to it for a while.
func TestWaitsForKeeper(t *testing.T) {
	long := t0.Add(time.Minute)
	for name, c := range map[string]struct {
		change func(w *plan.World)
		now    time.Time
		want   int
	}{
		"up":          {func(*plan.World) {}, long, 0},
		"in back-off": {func(w *plan.World) { exit(*w, "a", 1, long); w.Latest("a").Backoff = 3 }, long.Add(11 * time.Second), 1},
		"just ended":  {func(w *plan.World) { exit(*w, "a", 1, long); w.Latest("a").Backoff = 3 }, long.Add(5 * time.Second), 0},
		"stopped":     {func(w *plan.World) { intend(w, plan.Halted); rest(t, w) }, long, 0},
	} {
		w := up(t, podOf(1, v1.RestartPolicyAlways))
		c.change(&w)
		if got := plan.WaitsForKeeper(w, c.now); len(got) != c.want {
			t.Errorf("%s: %+v, want %d", name, got, c.want)
		}
	}
}

func TestUnattended(t *testing.T) {
	long, short := t0.Add(time.Minute), t0.Add(time.Second)
	cases := map[string]struct {
		change func(w *plan.World)
		now    time.Time
		want   bool
	}{
		"up":                     {func(*plan.World) {}, long, false},
		"ended a minute ago":     {func(w *plan.World) { exit(*w, "a", 1, t0) }, long, true},
		"ended a second ago":     {func(w *plan.World) { exit(*w, "a", 1, t0) }, short, false},
		"ended, in back-off":     {func(w *plan.World) { exit(*w, "a", 1, long); w.Latest("a").Backoff = 3 }, long.Add(10 * time.Second), false},
		"pause gone down":        {func(w *plan.World) { w.Pause.State = plan.Exited }, long, true},
		"being stopped":          {func(w *plan.World) { intend(w, plan.Halted) }, t0.Add(30 * time.Second), false}, // stop is at work, for as long as the grace is
		"another stops it":       {func(w *plan.World) { intend(w, plan.Halted); w.Revisions[0].Others = true }, t0.Add(6 * time.Second), false},
		"stop broken off":        {func(w *plan.World) { intend(w, plan.Halted) }, long, true},
		"stopped, pause left":    {func(w *plan.World) { intend(w, plan.Halted); exit(*w, "a", 143, t0) }, t0.Add(10 * time.Second), true},
		"stopped":                {func(w *plan.World) { intend(w, plan.Halted); rest(t, w) }, long, false},
		"stopped, no time known": {func(w *plan.World) { intend(w, plan.Halted); w.Revisions[0].Made = time.Time{} }, long, false},
		"being removed":          {func(w *plan.World) { intend(w, plan.Going) }, t0.Add(30 * time.Second), false},
		"removal broken off":     {func(w *plan.World) { intend(w, plan.Going) }, long, true},
		"waits for an image":     {func(w *plan.World) { w.Containers, w.Images = nil, nil }, long, false},
		"to be written down":     {func(w *plan.World) { w.Facts.Lost = []plan.Container{{ID: "gone"}} }, long, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := up(t, podOf(1, v1.RestartPolicyAlways))
			c.change(&w)
			if got := plan.Unattended(w, c.now); got != c.want {
				t.Errorf("got %t, want %t: %v", got, c.want, kinds(plan.Next(w, c.now)))
			}
		})
	}
}
