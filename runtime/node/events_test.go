package node

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The engine tells which containers were made and started, and when, whoever
// did it: each is an event once.
func TestEventsOfContainers(t *testing.T) {
	var got []string
	n := &Node{
		now: time.Now, seen: map[types.UID]plan.World{}, revised: map[types.UID]int{},
		starting: map[types.UID]map[string]bool{}, waiting: map[types.UID]map[plan.Wait]bool{},
		record: func(e *v1.Event) {
			got = append(got, e.InvolvedObject.FieldPath+" "+e.Reason+" "+e.LastTimestamp.UTC().Format(time.TimeOnly))
		},
	}
	at := func(second int) time.Time { return time.Date(2026, 1, 2, 3, 4, second, 0, time.UTC) }
	pod := &v1.Pod{}
	pod.Name, pod.Namespace, pod.UID = "web", "default", "uid-1"
	pod.Spec.Containers = []v1.Container{{Name: "a"}}
	w := plan.World{UID: pod.UID, Want: translate.New(pod, translate.Options{}), Revision: 1, Pause: &plan.Pause{Policy: plan.PolicyAlways}}
	look := func(containers ...plan.Container) {
		w.Containers = containers
		n.Saw(w, plan.Step{})
	}
	look()
	made := plan.Container{ID: "1", Unit: "a", State: plan.Created, Created: at(1)}
	started := made
	started.State, started.StartedAt = plan.Running, at(2)
	look(made)
	look(made)
	look(started)
	look(started)
	look(started, plan.Container{ID: "2", Unit: "a", Attempt: 1, State: plan.Running, Created: at(8), StartedAt: at(9)})
	want := []string{
		"spec.containers{a} Created 03:04:01", "spec.containers{a} Started 03:04:02",
		"spec.containers{a} Created 03:04:08", "spec.containers{a} Started 03:04:09",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	n.Saw(plan.World{UID: pod.UID}, plan.Step{})
	if len(n.seen)+len(n.starting)+len(n.revised) > 0 {
		t.Error("a pod that is gone is remembered")
	}
}

// A look that began before the pod was revised does not bring the old
// manifest back.
func TestLookBeforeARevision(t *testing.T) {
	n := &Node{
		now: time.Now, seen: map[types.UID]plan.World{}, revised: map[types.UID]int{"uid-1": 2},
		starting: map[types.UID]map[string]bool{}, waiting: map[types.UID]map[plan.Wait]bool{},
	}
	for revision, kept := range map[int]bool{1: false, 2: true, 3: true} {
		delete(n.seen, "uid-1")
		n.Saw(plan.World{UID: "uid-1", Revision: revision, Pause: &plan.Pause{}}, plan.Step{})
		if _, ok := n.seen["uid-1"]; ok != kept {
			t.Errorf("revision %d: seen %t", revision, ok)
		}
	}
}
