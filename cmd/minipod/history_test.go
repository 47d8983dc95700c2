package main

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// ended is a world of a pod that has run to its end before anyone looked.
func ended(now time.Time) plan.World {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "job", Namespace: "default", UID: "u"},
		Spec: v1.PodSpec{
			RestartPolicy: v1.RestartPolicyNever,
			Containers:    []v1.Container{{Name: "a", Image: "busybox"}},
		},
	}
	return plan.World{
		UID: "u", Want: translate.New(pod, translate.Options{}),
		Pause: &plan.Pause{ID: "p", State: plan.Running, Policy: plan.PolicyAlways, Created: now, StartedAt: now, IPs: []string{"192.0.2.1"}},
		Containers: []plan.Container{{
			ID: "c", Name: "job_a", Unit: "a", State: plan.Exited, Created: now, StartedAt: now, FinishedAt: now.Add(time.Second),
		}},
	}
}

func words(worlds []plan.World, now time.Time) []string {
	var all []string
	for _, w := range worlds {
		all = append(all, status.PodRow(status.Pod(w, now), now).Status)
	}
	return all
}

func TestHistoryOfNewPod(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	h := history{}
	worlds := []plan.World{ended(now)}
	got := words(h.changed(h.born(worlds), now), now)
	want := []string{"Pending", "ContainerCreating", "Completed"}
	if len(got) != len(want) {
		t.Fatalf("a new pod: got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("a new pod: got %v, want %v", got, want)
		}
	}
	if got := words(h.changed(h.born(worlds), now.Add(time.Minute)), now); len(got) > 0 {
		t.Errorf("nothing but the age has changed: got %v", got)
	}
	if h.changed(nil, now); len(h) > 0 {
		t.Errorf("a pod that is gone is remembered: %v", h)
	}
}
