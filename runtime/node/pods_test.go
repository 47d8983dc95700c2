package node

import (
	"sync"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
)

// A pod that is made is brought on by the node, which keeps it.
func TestCreate(t *testing.T) {
	onModel(t, func(b *bench) {
		pod := b.create(podOf("i"))
		if pod.Status.Phase != v1.PodRunning || pod.Revision != 1 || pod.ResourceVersion != "" || pod.Spec.NodeName != "machine" || pod.Status.HostIP != "192.0.2.1" {
			b.Errorf("revision %d, pod %+v", pod.Revision, pod.Status)
		}
		other := podOf("i")
		other.UID = "uid-2"
		if err := b.Create(b.Context(), other); !apierrors.IsAlreadyExists(err) {
			b.Errorf("another pod of the name: %v", err)
		}
		b.end(1)
		time.Sleep(time.Minute)
		if again := b.get().Status.ContainerStatuses[0]; again.State.Running == nil || again.RestartCount != 1 {
			b.Errorf("after its end %+v", again)
		}
	})
}

// Of two who revise a pod the second has a conflict, after which the node
// knows what the first has written.
func TestRevise(t *testing.T) {
	onModel(t, func(b *bench) {
		old := b.create(podOf("i"))
		next := old.DeepCopy()
		next.Labels = map[string]string{"mine": "first"}
		if revision, err := b.Revise(b.Context(), old, next); err != nil || revision != 2 {
			b.Fatalf("revision %d, %v", revision, err)
		}
		if got := b.get(); got.Labels["mine"] != "first" || got.Revision != 2 {
			b.Errorf("revision %d with %v", got.Revision, got.Labels)
		}
		if _, err := b.Revise(b.Context(), old, next); !apierrors.IsConflict(err) {
			b.Errorf("a revision of an old pod: %v", err)
		}
		time.Sleep(time.Second) // the node has looked at it
		b.behind()
	})
}

// behind has another process revise the pod without a word.
func (b *bench) behind() {
	b.Helper()
	old := b.get()
	w, err := b.engine.Observe(b.Context(), "uid-1")
	if err != nil {
		b.Fatal(err)
	}
	theirs := w.Want.Pod.DeepCopy()
	theirs.Labels = map[string]string{"theirs": "third"}
	if err := b.engine.Do(b.Context(), plan.Amend(w, theirs), nil); err != nil {
		b.Fatal(err)
	}
	if _, err := b.Revise(b.Context(), old, old.Pod); !apierrors.IsConflict(err) {
		b.Errorf("revised behind another process: %v", err)
	}
	got := b.get()
	if got.Labels["theirs"] != "third" || got.Revision != 3 {
		b.Errorf("after a conflict the node has revision %d with %v", got.Revision, got.Labels)
	}
	if revision, err := b.Revise(b.Context(), got, got.Pod); err != nil || revision != 4 {
		b.Errorf("the next try: revision %d, %v", revision, err)
	}
}

// A pod that is stopped goes when its containers have ended and not before.
func TestStop(t *testing.T) {
	onModel(t, func(b *bench) {
		old := b.create(podOf("i"))
		next, grace := old.DeepCopy(), int64(1)
		at := metav1.NewTime(time.Now().Add(time.Second))
		next.DeletionTimestamp, next.DeletionGracePeriodSeconds = &at, &grace
		if revision, err := b.Stop(b.Context(), old, next); err != nil || revision != 2 {
			b.Fatalf("revision %d, %v", revision, err)
		}
		if got := b.get(); got.DeletionTimestamp == nil {
			b.Errorf("a pod that is going: %+v", got.ObjectMeta)
		}
		time.Sleep(5 * time.Second)
		b.gone()
		if _, err := b.Revise(b.Context(), old, next); !apierrors.IsNotFound(err) {
			b.Errorf("a revision of a pod that is gone: %v", err)
		}
	})
}

// What a pod that goes has come to does not change while it is removed, by whoever
// it is, and is what is known of it when it is gone.
func TestStopTellsTheEnd(t *testing.T) {
	onModel(t, func(b *bench) {
		b.create(podOf("i"))
		hints := b.Changes(b.Context())
		runner := &loop.Runner{Engine: b.engine, Now: time.Now}
		var removed sync.WaitGroup
		removed.Go(func() {
			if err := runner.Remove(b.Context(), "default", "web", nil); err != nil {
				b.Error(err)
			}
		})
		var last apiserver.Pod
		for there := true; there; {
			<-hints
			pod, ok, err := b.Get(b.Context(), "uid-1")
			if err != nil || pod.Pod == nil {
				b.Fatalf("nothing is known of it: %v", err)
			}
			if len(pod.Status.ContainerStatuses) != 1 || last.Pod != nil && last.Status.Phase == v1.PodFailed && pod.Status.Phase != v1.PodFailed {
				b.Errorf("after %s with %+v", pod.Status.Phase, pod.Status.ContainerStatuses)
			}
			last, there = pod, ok
		}
		if last.Status.Phase != v1.PodFailed || last.Status.ContainerStatuses[0].State.Terminated == nil {
			b.Errorf("in the end %s with %+v", last.Status.Phase, last.Status.ContainerStatuses)
		}
		removed.Wait()
	})
}

// A pod that is killed is gone when Kill returns, and may be killed again.
func TestKill(t *testing.T) {
	onModel(t, func(b *bench) {
		pod := b.create(podOf("i"))
		for range 2 {
			if err := b.Kill(b.Context(), pod.Pod); err != nil {
				b.Fatal(err)
			}
			b.gone()
		}
	})
}

// A pod with resources of its own has a cgroup where the machine can give it
// one; any other pod has none.
func TestCreateWithACgroup(t *testing.T) {
	own := &v1.ResourceRequirements{}
	for _, c := range []struct {
		machine   bool
		resources *v1.ResourceRequirements
		want      string
	}{{true, own, "/minipod-uid-1"}, {true, nil, ""}, {false, own, ""}} {
		onModel(t, func(b *bench) {
			b.engine.Facts.Machine.PodCgroups = c.machine
			pod := podOf("i")
			pod.Spec.Resources = c.resources
			b.create(pod)
			w, err := b.engine.Observe(b.Context(), "uid-1")
			if err != nil || w.Pause.Cgroup != c.want {
				b.Errorf("%+v: the cgroup is %q (%v)", c, w.Pause.Cgroup, err)
			}
		})
	}
}
