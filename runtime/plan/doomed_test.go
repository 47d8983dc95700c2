package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// t1 is when the liveness probe runs a second time.
var t1 = t0.Add(time.Second)

// dying is a pod whose container a fails its liveness probe; b has done its
// work, and s is a sidecar that ends again and again.
func dying(t *testing.T, policy v1.RestartPolicy) plan.World {
	t.Helper()
	pod := withInits(policy)
	pod.Spec.Containers[0].LivenessProbe = tcp(0, 1, 1, 1)
	pod.Spec.Containers[0].ReadinessProbe = tcp(0, 5, 1, 1)
	w := at(t, pod, "b", true)
	exit(w, "b", 0, t0)
	exit(w, "s", 1, t0)
	for _, op := range plan.Next(w, t1).Ops {
		if op.Check == translate.Liveness {
			w.Memory = w.Settle(op, errUnhealthy, t1)
		}
	}
	return w
}

// A pod that comes to its end since a probe has its last container stopped, and
// not run again, is not brought up any further. Whether that is ready is still
// asked.
func TestDoomed(t *testing.T) {
	w := dying(t, v1.RestartPolicyNever)
	s := plan.Next(claimed(w, t1), t1)
	if got := fmt.Sprint(kinds(s), s.Phase); got != "[stop a/0]Running" || s.Ops[0].Cause != "liveness" {
		t.Errorf("when its probe has failed: %s, %+v", got, s.Ops)
	}
	s = plan.Next(w, t0.Add(6*time.Second))
	if !slices.ContainsFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.RunProbe && op.Check == translate.Readiness }) {
		t.Errorf("while it is stopped: %+v", s.Ops)
	}
	exit(w, "a", 0, t0)
	if s = plan.Next(w, t1); s.Phase != v1.PodSucceeded || s.State != plan.Finished {
		t.Errorf("when it has ended: %s, %s", s.Phase, s.State)
	}
}

// Where the container is run again so is the sidecar.
func TestNotDoomed(t *testing.T) {
	if ops := kinds(plan.Next(claimed(dying(t, v1.RestartPolicyOnFailure), t1), t1)); !slices.Contains(ops, "create s/1") || !slices.Contains(ops, "stop a/0") {
		t.Errorf("its steps: %q", ops)
	}
}
