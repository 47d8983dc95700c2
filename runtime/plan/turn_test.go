package plan_test

import (
	"fmt"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Who has asked for the end of a pod begins with it. Another process goes on
// when nothing has happened for two seconds, and what was sent a signal keeps its
// grace.
func TestTurn(t *testing.T) {
	pod := withInits(v1.RestartPolicyAlways)
	hooked := pod.DeepCopy()
	hooked.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 1}}}
	signalled := func(w *plan.World, unit string) {
		w.Latest(unit).Signalled = t0
	}
	claim := func(w *plan.World, by string, after time.Duration) {
		w.Facts.Hooking = map[string]plan.Claim{w.Latest("a").ID: {By: by, At: t0.Add(after)}}
	}
	for name, tt := range map[string]struct {
		pod    *v1.Pod
		change func(w *plan.World)
		ops    map[time.Duration]string // after so long
		wake   time.Duration            // at first
	}{
		"its own": {pod: pod, change: func(w *plan.World) { w.Revisions[0].Others = false },
			ops: map[time.Duration]string{0: "[stop a/0 stop b/0]"}},
		"without grace": {pod: pod, change: func(w *plan.World) { w.Want.Pod.Annotations[translate.AnnotationGrace] = "0" },
			ops: map[time.Duration]string{0: "[stop a/0 stop b/0]"}},
		"nobody is at work": {pod: pod, change: func(*plan.World) {}, wake: 2 * time.Second,
			ops: map[time.Duration]string{0: "[]", time.Second: "[]", 2 * time.Second: "[stop a/0 stop b/0]"}},
		"one was sent a signal": {pod: pod, change: func(w *plan.World) { signalled(w, "a") }, wake: 2 * time.Second,
			ops: map[time.Duration]string{2 * time.Second: "[stop b/0]", 31 * time.Second: "[stop b/0]", 32 * time.Second: "[stop a/0 stop b/0]"}},
		"nobody runs its hook": {pod: hooked, change: func(*plan.World) {}, wake: 2 * time.Second,
			ops: map[time.Duration]string{time.Second: "[]", 2 * time.Second: "[pre-stop a/0 stop b/0]"}},
		"its hook is at work": {pod: hooked, change: func(w *plan.World) { claim(w, "other", 15*time.Second) }, wake: 2 * time.Second,
			ops: map[time.Duration]string{2 * time.Second: "[stop b/0]", 24 * time.Second: "[stop b/0]", 25 * time.Second: "[pre-stop a/0 stop b/0]"}},
		"its hook was taken over": {pod: hooked, change: func(w *plan.World) { claim(w, "", 20*time.Second) }, wake: 2 * time.Second,
			ops: map[time.Duration]string{2 * time.Second: "[pre-stop a/0 stop b/0]"}},
		"the grace is over": {pod: hooked, change: func(w *plan.World) { claim(w, "other", 25*time.Second) }, wake: 2 * time.Second,
			ops: map[time.Duration]string{31 * time.Second: "[stop b/0]", 32 * time.Second: "[stop a/0 stop b/0]"}},
		"the grace is over, and its hook is at work": {pod: hooked, change: func(w *plan.World) { claim(w, "other", 31*time.Second) }, wake: 2 * time.Second,
			ops: map[time.Duration]string{36 * time.Second: "[stop b/0]", 37 * time.Second: "[stop a/0 stop b/0]"}},
		"one has just ended": {pod: pod, change: func(w *plan.World) { exit(*w, "a", 0, t0.Add(5*time.Second)) }, wake: 7 * time.Second,
			ops: map[time.Duration]string{6 * time.Second: "[]", 7 * time.Second: "[stop b/0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := at(t, tt.pod, "b", true)
			intend(&w, plan.Halted)
			w.Revisions[0].Others = true
			tt.change(&w)
			for after, want := range tt.ops {
				var stops []plan.Op
				for _, op := range plan.Next(noted(w, t0.Add(after)), t0.Add(after)).Ops {
					if (op.Kind == plan.StopUnit || op.Kind == plan.PreStop) && (op.Unit == "a" || op.Unit == "b") {
						stops = append(stops, op)
					}
				}
				if got := fmt.Sprint(kinds(plan.Step{Ops: stops})); got != want {
					t.Errorf("after %s: %s, want %s", after, got, want)
				}
			}
			if tt.wake > 0 && !plan.Next(w, t0).Wake.Equal(t0.Add(tt.wake)) {
				t.Errorf("it is looked again at %s, want after %s", plan.Next(w, t0).Wake, tt.wake)
			}
		})
	}
}
