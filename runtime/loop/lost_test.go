package loop_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// Somebody removes containers behind the back of who keeps a pod. What a node would
// have seen of them is known to everybody from then on: to who keeps the pod later
// as well.
func TestContainersThatSomebodyRemoves(t *testing.T) {
	ended := func(code int, ago time.Duration) func(*plan.Container) {
		return func(c *plan.Container) {
			c.State, c.ExitCode, c.FinishedAt = plan.Exited, code, time.Now().Add(-ago)
		}
	}
	tests := map[string]struct {
		policy           v1.RestartPolicy
		before           func(c *plan.Container) // what is seen of it first
		phase            v1.PodPhase
		state, last      string
		restarts         int32
		backoff, attempt int
	}{
		"Never":              {policy: v1.RestartPolicyNever, phase: v1.PodFailed, state: "ContainerStatusUnknown 137: The container could not be located when the pod was terminated", restarts: 1},
		"Always":             {policy: v1.RestartPolicyAlways, phase: v1.PodRunning, state: "runs", last: "ContainerStatusUnknown 137: The container could not be located when the pod was deleted.  The container used to be Running", restarts: 1, attempt: 1},
		"OnFailure":          {policy: v1.RestartPolicyOnFailure, phase: v1.PodRunning, state: "runs", last: "ContainerStatusUnknown 137: The container could not be located when the pod was deleted.  The container used to be Running", restarts: 1, attempt: 1},
		"killed and removed": {policy: v1.RestartPolicyNever, before: ended(137, 0), phase: v1.PodFailed, state: "ContainerStatusUnknown 137: The container could not be located when the pod was terminated", restarts: 1},
		"ended long before":  {policy: v1.RestartPolicyNever, before: ended(3, time.Minute), phase: v1.PodFailed, state: "Error 3: "},
		"done":               {policy: v1.RestartPolicyOnFailure, before: ended(0, time.Minute), phase: v1.PodSucceeded, state: "Completed 0: "},
		"in a back-off": {policy: v1.RestartPolicyAlways, phase: v1.PodRunning, state: "runs", last: "Error 1: ", restarts: 5, backoff: 4, attempt: 1,
			before: func(c *plan.Container) { ended(1, 0)(c); c.Restarts, c.Backoff = 4, 4 }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBench(t, func(b *bench) {
				pod := podOf("1", tt.policy)
				pod.Spec.Containers = pod.Spec.Containers[:1]
				stop := b.keep(&loop.Keeper{})
				b.run(translate.New(pod, translate.Options{}))
				if tt.before != nil {
					b.engine.Change("1", func(w *plan.World) { tt.before(w.Latest("a")) })
					time.Sleep(100 * time.Millisecond)
				}
				b.engine.Change("1", func(w *plan.World) { w.Containers = nil })
				time.Sleep(time.Minute)
				synctest.Wait()
				stop()
				w := b.world()
				s := status.Status(w, time.Now())
				got := s.ContainerStatuses[0]
				if s.Phase != tt.phase || told(got.State) != tt.state || told(got.LastTerminationState) != tt.last || got.RestartCount != tt.restarts {
					b.Errorf("the pod is %s, its container %q, before %q, restarted %d times", s.Phase, told(got.State), told(got.LastTerminationState), got.RestartCount)
				}
				if c := w.Latest("a"); c.Attempt != tt.attempt || c.Backoff != tt.backoff {
					b.Errorf("attempt %d is of step %d", c.Attempt, c.Backoff)
				}
				if events := event.Of(w, nil); !slices.ContainsFunc(events, func(e event.Event) bool { return e.Reason == "Started" }) {
					b.Errorf("what happened is %v", events)
				}
				if err := b.runner.Remove(b.Context(), "default", "web", nil); err != nil {
					b.Error(err)
				}
				b.nothing()
			})
		})
	}
}

// told is a state in a line.
func told(s v1.ContainerState) string {
	switch {
	case s.Running != nil:
		return "runs"
	case s.Terminated != nil:
		return fmt.Sprintf("%s %d: %s", s.Terminated.Reason, s.Terminated.ExitCode, s.Terminated.Message)
	case s.Waiting != nil:
		return s.Waiting.Reason
	}
	return ""
}
