package event

import (
	"slices"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// What a node tries and fails again is told of again when it would, and counted: a
// container with each sync of its pod, a mount sooner and then later and later. Two
// who see the same pod tell of the same tries.
func TestTriesAreCounted(t *testing.T) {
	w := world("a")
	w.Want.Pod.Spec.Containers[0].Image = "image"
	w.Images = map[string]plan.Image{"image": {}}
	const present = `a Pulled: Container image "image" already present on machine and can be accessed by the pod`
	for name, c := range map[string]struct {
		wait plan.Wait
		want []string
	}{
		"of a container": {plan.Wait{Unit: "a", Reason: plan.ReasonConfigError, Detail: "no"}, []string{"1 x4 " + present, "1 x4 a Failed: Error: no"}},
		"of an image":    {plan.Wait{Unit: "a", Reason: plan.ReasonNeverPull, Detail: "no"}, []string{"1 x4 a ErrImageNeverPull: no", "1 x4 a Failed: Error: ErrImageNeverPull"}},
		"of a name":      {plan.Wait{Unit: "a", Reason: plan.ReasonInvalidImage, Detail: "no"}, []string{"1 x4 a InspectFailed: no", "1 x4 a Failed: Error: InvalidImageName"}},
		"of a mount":     {plan.Wait{Reason: plan.ReasonFailedMount, Detail: "no"}, []string{"1 x6  FailedMount: no"}}, // after 1.5, 3.5, 7.5, 15.5 and 31.5 s
		"of nothing":     {plan.Wait{Reason: plan.ReasonUnschedulable, Detail: "no"}, []string{"1 x1  FailedScheduling: no"}},
	} {
		var log Log
		var waits, others Waits
		for second := 1; second < 40; second++ {
			var all, also []Event
			step := plan.Step{Waits: []plan.Wait{c.wait}}
			all, waits = Waited(waits, w, step, at(second))
			if second > 1 {
				also, others = Waited(others, w, step, at(second-1))
			}
			for _, e := range append(all, also...) {
				log, _, _ = log.Add(e)
			}
		}
		if got := brief(log); !slices.Equal(got, c.want) {
			t.Errorf("tries %s: %q, want %q", name, got, c.want)
		}
	}
}

// A mount is tried every two minutes in the end.
func TestLateTries(t *testing.T) {
	w := world("a")
	wait := plan.Wait{Reason: plan.ReasonFailedMount}
	day := at(24 * 60 * 60)
	if last := lastTry(w, wait, day); last.After(day) || day.Sub(last) >= mountAgainCap {
		t.Errorf("the last try was at %s", last)
	}
	if last := lastTry(w, wait, at(0)); !last.IsZero() {
		t.Errorf("at the start it was tried again at %s", last)
	}
	rejected := plan.Wait{Reason: v1.PodReasonSchedulingGated}
	if last := lastTry(w, rejected, day); !last.IsZero() {
		t.Errorf("what is not tried was tried at %s", last)
	}
}
