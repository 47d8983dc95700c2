package plan_test

import (
	"fmt"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// podOf is a pod of n containers a, b, c ... with an emptyDir.
func podOf(n int, policy v1.RestartPolicy) *v1.Pod {
	pod := &v1.Pod{}
	pod.Name, pod.Namespace, pod.UID = "web", "default", "uid-1"
	pod.Spec.RestartPolicy = policy
	pod.Spec.Volumes = []v1.Volume{{Name: "html", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}}
	for i := range n {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{
			Name: string(rune('a' + i)), Image: fmt.Sprintf("image-%d", i%2), ImagePullPolicy: v1.PullIfNotPresent,
		})
	}
	return pod
}

// unborn is the world before a pod's birth.
func unborn(pod *v1.Pod, opts translate.Options) plan.World {
	return plan.World{UID: pod.UID, Want: translate.New(pod, opts)}
}

// up is the world of a pod that was brought up at t0, with all its images.
func up(t *testing.T, pod *v1.Pod) plan.World {
	t.Helper()
	return born(t, translate.New(pod, translate.Options{}))
}

// born is the world of a blueprint's pod that is up.
func born(t *testing.T, b *translate.Blueprint) plan.World {
	t.Helper()
	w := unborn(b.Pod, b.Options)
	for _, s := range plan.Simulate(w, t0) {
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	if s := plan.Next(w, t0); s.State != plan.Up || len(s.Ops) != 0 {
		t.Fatalf("a simulated pod is %s with %v", s.State, kinds(s))
	}
	return w
}

func kinds(s plan.Step) []string {
	list := []string{}
	for _, op := range s.Ops {
		text := string(op.Kind)
		if op.Unit != "" {
			text += fmt.Sprintf(" %s/%d", op.Unit, op.Attempt)
		}
		list = append(list, text)
	}
	return list
}

// exit ends the latest attempt of a unit.
func exit(w plan.World, unit string, code int, at time.Time) {
	c := w.Latest(unit)
	c.State, c.ExitCode, c.FinishedAt = plan.Exited, code, at
}

// intend has something wanted of a pod, as its newest manifest says it.
func intend(w *plan.World, i plan.Intent) {
	var op plan.Op
	switch i {
	case plan.Going:
		op, _ = plan.Remove(*w, nil, t0)
	case plan.Halted:
		op, _ = plan.Stop(*w, nil)
	case plan.Ended:
		op, _ = plan.Stop(*w, nil)
		op.Pod.Annotations[translate.AnnotationIntent] = string(plan.Ended)
	case plan.Wanted:
		op, _ = plan.Start(*w)
	}
	*w = plan.Apply(*w, op, t0)
	w.Pause.Policy = i.Policy()
}
