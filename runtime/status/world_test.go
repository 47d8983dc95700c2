package status

import (
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// t0 is when the pods of the tests are born; at is so many seconds later.
// Their pause starts at 1, and the tests look at them at 100.
var t0 = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return t0.Add(time.Duration(seconds) * time.Second) }

func stampAt(seconds int) metav1.Time { return metav1.NewTime(at(seconds)) }

// manifest is a pod with containers of these names.
func manifest(names ...string) *v1.Pod {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default", UID: "u1"},
		Spec:       v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, Containers: containersOf(names...)},
	}
	return pod
}

func containersOf(names ...string) []v1.Container {
	var all []v1.Container
	for _, name := range names {
		all = append(all, v1.Container{Name: name, Image: "img", ImagePullPolicy: v1.PullIfNotPresent})
	}
	return all
}

// withInits puts init containers in front; one whose name starts with "side"
// is a sidecar.
func withInits(pod *v1.Pod, names ...string) *v1.Pod {
	pod.Spec.InitContainers = containersOf(names...)
	always := v1.ContainerRestartPolicyAlways
	for i, name := range names {
		if len(name) > 4 && name[:4] == "side" {
			pod.Spec.InitContainers[i].RestartPolicy = &always
		}
	}
	return pod
}

// up is a world whose pause runs and whose image is there. Its blueprint has
// no notes, so that Next does not refuse what minipod does not run yet.
func up(pod *v1.Pod, attempts ...plan.Container) plan.World {
	want := translate.New(pod, translate.Options{})
	want.Notes = nil
	for i, c := range attempts {
		if u, ok := want.Unit(c.Unit); ok {
			attempts[i].Resources = plan.ResourcesOf(u.Request.Host.Resources)
		}
	}
	return plan.World{
		UID:        pod.UID,
		Want:       want,
		Pause:      &plan.Pause{ID: "p", Name: "web_POD", State: plan.Running, Policy: plan.PolicyAlways, Created: at(0), StartedAt: at(1), IPs: []string{"192.0.2.1"}},
		Containers: attempts,
		Images:     map[string]plan.Image{"img": {ID: "sha256:1"}},
		Memory:     plan.Memory{Faults: map[string]plan.Fault{}},
	}
}

// attempt is a container that was created.
func attempt(unit string, n int) plan.Container {
	name := "web_" + unit
	if n > 0 {
		name = fmt.Sprintf("%s_%d", name, n)
	}
	return plan.Container{ID: fmt.Sprintf("%s%d", unit, n), Name: name, Unit: unit, Attempt: n, Restarts: n, Backoff: n, State: plan.Created, Image: "img", ImageID: "sha256:1", Created: at(1)}
}

func runs(c plan.Container, since int) plan.Container {
	c.State, c.Created, c.StartedAt = plan.Running, at(since), at(since)
	return c
}

func ends(c plan.Container, from, to, code int) plan.Container {
	c = runs(c, from)
	c.State, c.FinishedAt, c.ExitCode = plan.Exited, at(to), code
	return c
}

func killed(c plan.Container) plan.Container {
	c.OOMKilled = true
	return c
}

// cannotRun is an attempt whose start failed.
func cannotRun(c plan.Container, created int) plan.Container {
	c.Created, c.ExitCode, c.Error = at(created), 127, "exec: \"nope\": not found"
	return c
}

// lost is an attempt that somebody has removed while it ran.
func lost(c plan.Container) plan.Container {
	c.Lost, c.Unknown = true, true
	return c
}

// failed adds an operation that failed to a world.
func failed(w plan.World, op plan.Op, err error, atSecond, count int) plan.World {
	w.Faults[op.Key()] = plan.Fault{Op: op, Err: err, At: at(atSecond), Count: count}
	return w
}

// told adds an operation that failed for whoever keeps the pod.
func told(w plan.World, op plan.Op, detail string) plan.World {
	w.Facts.Waits = []plan.Told{{Unit: op.Unit, Reason: plan.ReasonErrImagePull, Detail: detail, Kind: op.Kind, Target: op.Target, Attempt: op.Attempt}}
	return w
}

// intends is a world in which something is wanted of the pod, since second 50.
func intends(w plan.World, i plan.Intent) plan.World {
	var op plan.Op
	switch i {
	case plan.Going:
		op, _ = plan.Remove(w, nil, at(50))
	default:
		op, _ = plan.Stop(w, nil)
		op.Pod.Annotations[translate.AnnotationIntent] = string(i)
	}
	w = plan.Apply(w, op, at(50))
	w.Pause.Policy = i.Policy()
	return w
}

// overdue is a world whose pod was ended at its deadline, and its pause with it.
func overdue(w plan.World) plan.World {
	w = pauseEnded(intends(w, plan.Ended), 60)
	w.Want.Pod.Annotations[translate.AnnotationReason] = plan.ReasonDeadline
	return w
}

// pauseEnded is a world whose pause was stopped.
func pauseEnded(w plan.World, second int) plan.World {
	w.Pause.State, w.Pause.FinishedAt, w.Pause.IPs = plan.Exited, at(second), nil
	return w
}

// unstarted is a world whose pause was created and not started.
func unstarted(w plan.World) plan.World {
	w.Pause.State, w.Pause.StartedAt, w.Pause.IPs = plan.Created, time.Time{}, nil
	return w
}
