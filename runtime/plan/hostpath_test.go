package plan_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// onHost is a pod whose only typed hostPath is a Directory.
func onHost() *v1.Pod {
	pod := podOf(1, v1.RestartPolicyAlways)
	directory := v1.HostPathDirectory
	pod.Spec.Volumes = []v1.Volume{
		{Name: "typed", VolumeSource: v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/d/", Type: &directory}}},
		{Name: "plain", VolumeSource: v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/p"}}},
	}
	return pod
}

// A path with a type is looked at while the pause starts, and no container is
// made before; one without costs nothing.
func TestHostPathFirst(t *testing.T) {
	var all [][]string
	for _, s := range plan.Simulate(unborn(onHost(), translate.Options{}), t0) {
		all = append(all, kinds(s))
	}
	want := [][]string{{"create pause"}, {"start pause", "check path"}, {"pull image a/0"}, {"create a/0"}, {"start a/0"}, {}}
	if !slices.EqualFunc(all, want, slices.Equal) {
		t.Errorf("the steps are %q, want %q", all, want)
	}
}

// What is not of its type keeps the pod from starting, is looked at again, and
// is of no account to a pod that has containers.
func TestHostPathRefused(t *testing.T) {
	w := unborn(onHost(), translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	s := plan.Next(w, t0)
	i := slices.IndexFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.CheckPath })
	w.Memory = w.Settle(s.Ops[i], errors.New("no directory"), t0)
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, t0)
	s = plan.Next(w, t0)
	if s.State != plan.Starting || !slices.Equal(kinds(s), []string{"note"}) || len(s.Waits) != 1 || s.Waits[0].Reason != plan.ReasonFailedMount || s.Wake.After(t0.Add(time.Second)) {
		t.Errorf("the step is %+v, want one that waits for %s and looks again soon", s, plan.ReasonFailedMount)
	}
	w.Containers = []plan.Container{{ID: "c", Unit: "a", State: plan.Running, StartedAt: t0}}
	if s = plan.Next(w, t0); len(s.Faults()) > 0 {
		t.Errorf("with a container it waits for %+v", s.Waits)
	}
}
