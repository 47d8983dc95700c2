package node

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/plan"
)

// A look that began before the pod was revised does not bring the old
// manifest back.
func TestLookBeforeARevision(t *testing.T) {
	n := &Node{
		now: time.Now, seen: map[types.UID]plan.World{}, revised: map[types.UID]int{"uid-1": 2},
	}
	for revision, kept := range map[int]bool{1: false, 2: true, 3: true} {
		delete(n.seen, "uid-1")
		n.Saw(plan.World{UID: "uid-1", Revision: revision, Pause: &plan.Pause{}}, plan.Step{})
		if _, ok := n.seen["uid-1"]; ok != kept {
			t.Errorf("revision %d: seen %t", revision, ok)
		}
	}
}

// Events are told in the order in which things happen, a back-off once.
func TestEventsInOrder(t *testing.T) {
	onModel(t, func(b *bench) {
		pulls := 0
		b.engine.Before = func(op plan.Op) error {
			time.Sleep(opTime)
			if op.Kind == plan.PullImage {
				if pulls++; pulls <= 2 {
					return errors.New("no such image")
				}
			}
			return nil
		}
		b.create(podOf("far:1"))
		time.Sleep(5 * time.Minute)
		want := []string{
			"Scheduled", "Pulling", "Failed!", "Failed!", // ErrImagePull
			"Pulling", "Failed!", "Failed!", "BackOff", "Failed!", // ImagePullBackOff
			"Pulling", "Pulled", "Created", "Started",
		}
		if diff := cmp.Diff(want, b.told()); diff != "" {
			b.Errorf("events (-want +got):\n%s", diff)
		}
		at := slices.IsSortedFunc(b.events, func(a, b *v1.Event) int { return a.LastTimestamp.Compare(b.LastTimestamp.Time) })
		if !at {
			b.Error("the times are not in order")
		}
	})
}

// Each back-off of a container is told of once, however often it is looked at.
func TestBackOffIsToldOnce(t *testing.T) {
	onModel(t, func(b *bench) {
		b.create(podOf("i"))
		for range 3 { // the first time it is restarted at once
			b.end(1)
			for range 30 {
				time.Sleep(time.Second)
				b.engine.Change("uid-1", func(*plan.World) {})
			}
		}
		told := b.told()
		told = slices.DeleteFunc(told, func(reason string) bool { return reason != "BackOff!" })
		if len(told) != 2 {
			b.Errorf("%d back-offs are told of, want 2: %v", len(told), b.told())
		}
	})
}

// A pull that need not have been is no warning when the registry cannot be
// reached and the image is there.
func TestForgivenPullIsNoWarning(t *testing.T) {
	for policy, want := range map[v1.PullPolicy][]string{
		v1.PullAlways:       {"Scheduled", "Pulling", "Pulled", "Created", "Started"},
		v1.PullIfNotPresent: {"Scheduled", "Pulled", "Created", "Started"},
	} {
		onModel(t, func(b *bench) {
			b.engine.Before = func(op plan.Op) error {
				time.Sleep(opTime)
				if op.Kind == plan.PullImage {
					return plan.ErrUnreachable
				}
				return nil
			}
			pod := podOf("i")
			pod.Spec.Containers[0].ImagePullPolicy = policy
			b.create(pod)
			if diff := cmp.Diff(want, b.told()); diff != "" {
				b.Errorf("%s: events (-want +got):\n%s", policy, diff)
			}
		})
	}
}
