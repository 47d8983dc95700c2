package plan_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// configured is a pod of two containers, one of which mounts a ConfigMap.
func configured() *v1.Pod {
	pod := podOf(2, v1.RestartPolicyAlways)
	source := v1.ConfigMapVolumeSource{LocalObjectReference: v1.LocalObjectReference{Name: "m"}}
	pod.Spec.Volumes = append(pod.Spec.Volumes, v1.Volume{Name: "config", VolumeSource: v1.VolumeSource{ConfigMap: &source}})
	pod.Spec.Containers[1].VolumeMounts = []v1.VolumeMount{{Name: "config", MountPath: "/config"}}
	return pod
}

// holding is a world's inputs with the ConfigMap.
func holding(value string) translate.Inputs {
	return translate.Inputs{ConfigMaps: map[string]*v1.ConfigMap{"m": {Data: map[string]string{"k": value}}}}
}

// The volume is filled with the start of the pause. Containers are made beside
// that, but where one mounts a part of it, which has to be there.
func TestFillFirst(t *testing.T) {
	part := configured()
	part.Spec.Containers[1].VolumeMounts[0].SubPath = "k"
	for name, test := range map[string]struct {
		pod  *v1.Pod
		want [][]string
	}{
		"all of it": {configured(), [][]string{
			{"create pause"}, {"start pause", "pull image a/0", "pull image b/0"}, {"create a/0", "create b/0"}, {"start a/0"}, {"start b/0"}, {},
		}},
		"a part of it": {part, [][]string{
			{"create pause"}, {"start pause"}, {"pull image a/0", "pull image b/0"}, {"create a/0", "create b/0"}, {"start a/0"}, {"start b/0"}, {},
		}},
	} {
		w := unborn(test.pod, translate.Options{})
		w.Inputs = holding("v")
		var all [][]string
		for _, s := range plan.Simulate(w, t0) {
			all = append(all, kinds(s))
		}
		if !slices.EqualFunc(all, test.want, slices.Equal) {
			t.Errorf("%s: the steps are %q, want %q", name, all, test.want)
		}
	}
}

// A volume that is not filled though the pause runs, as where its engine
// takes no files before, is filled before a container starts.
func TestFillLate(t *testing.T) {
	w := unborn(configured(), translate.Options{})
	w.Inputs = holding("v")
	for _, s := range plan.Simulate(w, t0)[:3] {
		for _, op := range s.Ops {
			if op.Kind == plan.StartPause {
				op.Payloads = nil
			}
			w = plan.Apply(w, op, t0)
		}
	}
	if s := plan.Next(w, t0); !slices.Equal(kinds(s), []string{"fill volume"}) {
		t.Errorf("its steps begin with %q", kinds(s))
	}
}

// configuredUp is the world of the pod that runs.
func configuredUp(t *testing.T) plan.World {
	t.Helper()
	w := unborn(configured(), translate.Options{})
	w.Inputs = holding("v")
	for _, s := range plan.Simulate(w, t0) {
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	return w
}

// A changed object is written to the volume of a pod that runs, and looked for
// again and again.
func TestFillAgain(t *testing.T) {
	w := configuredUp(t)
	s := plan.Next(w, t0)
	if again := s.Wake.Sub(t0); s.State != plan.Up || len(s.Ops) > 0 || again <= 0 || again > time.Minute || !s.Settled() {
		t.Fatalf("a pod that is up: %+v", s)
	}
	w.Inputs = holding("w")
	s = plan.Next(w, t0)
	if len(s.Ops) != 1 || s.Ops[0].Kind != plan.FillVolume || string(s.Ops[0].Payload.Files[0].Data) != "w" {
		t.Fatalf("after a change: %+v", s)
	}
	if s = plan.Next(plan.Apply(w, s.Ops[0], t0), t0); len(s.Ops) > 0 {
		t.Errorf("after it is filled: %v", kinds(s))
	}
}

// A token in the volume of a pod that runs is made anew in time.
func TestFillTokens(t *testing.T) {
	pod := configured()
	life := int64(1000)
	pod.CreationTimestamp = metav1.NewTime(t0)
	pod.Spec.Volumes[1].VolumeSource = v1.VolumeSource{Projected: &v1.ProjectedVolumeSource{Sources: []v1.VolumeProjection{
		{ServiceAccountToken: &v1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: &life}},
	}}}
	w := unborn(pod, translate.Options{API: true})
	w.Inputs.API = &access.API{Host: "172.17.0.1", Port: 6443, Secret: []byte("s")}
	for _, s := range plan.Simulate(w, t0) {
		for _, op := range s.Ops {
			w = plan.Apply(w, op, t0)
		}
	}
	later := t0.Add(800 * time.Second)
	if s := plan.Next(w, t0); len(s.Ops) > 0 || s.Wake.After(later) {
		t.Fatalf("with a token that is good: %v, again at %s", kinds(s), s.Wake)
	}
	if s := plan.Next(w, later.Add(-time.Second)); len(s.Ops) > 0 || !s.Wake.Equal(later) {
		t.Errorf("a second before its time is over: %v, again at %s", kinds(s), s.Wake)
	}
	if s := plan.Next(w, later); len(s.Ops) != 1 || s.Ops[0].Kind != plan.FillVolume {
		t.Errorf("when its time is over: %v", kinds(s))
	}
}

// What is missing keeps a pod from starting, and does not end one that runs.
func TestFillMissing(t *testing.T) {
	const detail = `MountVolume.SetUp failed for volume "config" : configmap "m" not found`
	w := configuredUp(t)
	w.Inputs = translate.Inputs{}
	s := plan.Next(w, t0)
	if s.State != plan.Up || len(s.Ops) > 0 || len(s.Faults()) > 0 || len(s.Waits) != 1 || s.Waits[0].Reason != "FailedMount" || s.Waits[0].Detail != detail {
		t.Errorf("a pod that runs: %+v", s)
	}
	w = unborn(configured(), translate.Options{})
	steps := plan.Simulate(w, t0)
	s = steps[len(steps)-1]
	var missing *translate.Missing
	faults := s.Faults()
	if s.State != plan.Starting || s.Phase != v1.PodPending || len(faults) != 1 || !errors.As(faults[0].Err, &missing) || missing.Field != "spec.volumes[1].configMap" {
		t.Errorf("a pod that starts: %+v", s)
	}
	for _, s := range steps {
		if slices.Contains(kinds(s), "create a/0") {
			t.Error("a container is made before the volumes are filled")
		}
	}
}

// A pod that names a claim which does not exist is not started, and is when it
// is there.
func TestUnbound(t *testing.T) {
	pod := configured()
	pod.Spec.Volumes = []v1.Volume{{Name: "config", VolumeSource: v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
	w := unborn(pod, translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	if len(w.Volumes) != 0 {
		t.Errorf("the claim's volume counts as the pod's: %v", w.Volumes)
	}
	s := plan.Next(w, t0)
	if len(s.Ops) != 0 || len(s.Waits) != 1 || s.Waits[0].Reason != plan.ReasonUnschedulable || !s.Wake.After(t0) {
		t.Fatalf("without the claim: %+v", s)
	}
	if needs := w.Needs(); len(needs.Claims) != 1 {
		t.Errorf("it needs %+v", needs)
	}
	w.Inputs.Claims = map[string]*v1.PersistentVolumeClaim{"data": {}}
	if s = plan.Next(w, t0); !slices.ContainsFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.StartPause }) {
		t.Errorf("with it: %v", kinds(s))
	}
}
