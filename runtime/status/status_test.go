package status

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func isTrue(kind v1.PodConditionType, since int) v1.PodCondition {
	return v1.PodCondition{Type: kind, Status: v1.ConditionTrue, LastTransitionTime: stampAt(since)}
}

// A running pod, whole.
func TestStatusRunning(t *testing.T) {
	pod := manifest("b", "a")
	pod.Generation = 3
	pod.Spec.Containers[0].Resources.Requests = v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")}
	pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "v", MountPath: "/v", ReadOnly: true}, {Name: "v", MountPath: "/w"}}
	w := up(pod, runs(attempt("a", 0), 3), ends(attempt("b", 0), 2, 5, 1), runs(attempt("b", 1), 6))

	yes, disabled := true, v1.RecursiveReadOnlyDisabled
	want := v1.PodStatus{
		ObservedGeneration: 3,
		Phase:              v1.PodRunning,
		PodIP:              "192.0.2.1",
		PodIPs:             []v1.PodIP{{IP: "192.0.2.1"}},
		StartTime:          &metav1.Time{Time: at(0)},
		QOSClass:           v1.PodQOSBurstable,
		AllocatedResources: v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")},
		Resources:          &v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")}, Limits: v1.ResourceList{}},
		Conditions: []v1.PodCondition{
			isTrue(v1.PodReadyToStartContainers, 1), isTrue(v1.PodInitialized, 0),
			isTrue(v1.PodReady, 6), isTrue(v1.ContainersReady, 6), isTrue(v1.PodScheduled, 0),
		},
		ContainerStatuses: []v1.ContainerStatus{
			{Name: "a", State: runningSince(3), Ready: true, Started: &yes, Image: "img", ImageID: "docker://sha256:1",
				ContainerID: "docker://a0", Resources: &v1.ResourceRequirements{}},
			{Name: "b", State: runningSince(6), LastTerminationState: endedBy("b0", "Error", 1, 2, 5), Ready: true, Started: &yes,
				RestartCount: 1, Image: "img", ImageID: "docker://sha256:1", ContainerID: "docker://b1",
				Resources:          &v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")}},
				AllocatedResources: v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")},
				VolumeMounts:       []v1.VolumeMountStatus{{Name: "v", MountPath: "/v", ReadOnly: true, RecursiveReadOnly: &disabled}, {Name: "v", MountPath: "/w"}}},
		},
	}
	for i := range want.Conditions {
		want.Conditions[i].ObservedGeneration = 3
	}
	if diff := cmp.Diff(want, Status(w, at(100))); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestStatusOfThePod(t *testing.T) {
	hostNetwork := manifest("app")
	hostNetwork.Spec.HostNetwork = true
	onHost := up(hostNetwork, runs(attempt("app", 0), 2))
	onHost.Pause.IPs = nil
	unborn := up(manifest("app"))
	unborn.Pause = nil
	unreadable := up(manifest("app"))
	unreadable.Want, unreadable.Invalid = nil, "the manifest cannot be read"

	tests := []struct {
		name                 string
		world                plan.World
		phase                v1.PodPhase
		reason, message, ip  string
		containers, hasStart bool
	}{
		{name: "not born", world: unborn, phase: v1.PodPending},
		{name: "born", world: unstarted(up(manifest("app"))), phase: v1.PodPending, hasStart: true},
		{name: "pause runs", world: up(manifest("app")), phase: v1.PodPending, ip: "192.0.2.1", containers: true, hasStart: true},
		{name: "its postStart hook runs", world: withHook(up(manifest("app"), runs(attempt("app", 0), 2))), phase: v1.PodPending, ip: "192.0.2.1", containers: true, hasStart: true},
		{name: "its postStart hook runs again", world: withHook(up(manifest("app"), ends(attempt("app", 0), 2, 3, 1), runs(attempt("app", 1), 4))), phase: v1.PodRunning,
			ip: "192.0.2.1", containers: true, hasStart: true},
		{name: "removed while its postStart hook runs", world: intends(withHook(up(manifest("app"), runs(attempt("app", 0), 2))), plan.Going), phase: v1.PodRunning,
			ip: "192.0.2.1", containers: true, hasStart: true},
		{name: "host's network", world: onHost, phase: v1.PodRunning, containers: true, hasStart: true},
		{name: "succeeded", world: pauseEnded(intends(up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 0)), plan.Ended), 4), phase: v1.PodSucceeded, containers: true, hasStart: true},
		{name: "failed", world: pauseEnded(intends(up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 1)), plan.Ended), 4), phase: v1.PodFailed, containers: true, hasStart: true},
		{name: "stopped", world: pauseEnded(intends(up(manifest("app"), ends(attempt("app", 0), 2, 3, 143)), plan.Halted), 4), phase: v1.PodPending,
			reason: "Stopped", message: "The pod was stopped on purpose; it can be started again", containers: true, hasStart: true},
		{name: "stopped from outside", world: pauseEnded(up(manifest("app"), ends(attempt("app", 0), 2, 3, 143)), 4), phase: v1.PodRunning,
			containers: true, hasStart: true},
		{name: "label cannot be read", world: unreadable, phase: v1.PodPending, ip: "192.0.2.1", hasStart: true,
			reason: "InvalidManifest", message: unreadable.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Status(tt.world, at(100))
			got := []any{s.Phase, s.Reason, s.Message, s.PodIP, s.ContainerStatuses != nil, s.StartTime != nil}
			want := []any{tt.phase, tt.reason, tt.message, tt.ip, tt.containers, tt.hasStart}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("phase, reason, message, IP, has containers, has start time (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPod(t *testing.T) {
	w := up(manifest("app"), runs(attempt("app", 0), 2))
	before := w.Want.Pod.DeepCopy()
	pod := Pod(w, at(100))
	if pod.Kind != "Pod" || pod.APIVersion != "v1" || !pod.CreationTimestamp.Time.Equal(at(0)) || pod.DeletionTimestamp != nil {
		t.Errorf("pod = %+v", pod)
	}
	if diff := cmp.Diff(Status(w, at(100)), pod.Status); diff != "" {
		t.Errorf("its status is another (-want +got):\n%s", diff)
	}
	pod.Spec.Containers[0].Name = "changed"
	if diff := cmp.Diff(before, w.Want.Pod); diff != "" {
		t.Errorf("the world's pod has changed (-want +got):\n%s", diff)
	}
	w.Want, w.Pause = nil, nil
	if pod := Pod(w, at(100)); pod != nil {
		t.Errorf("nothing is wanted, and yet: %+v", pod)
	}
}

func TestPodGoing(t *testing.T) {
	for name, tt := range map[string]struct {
		spec, asked *int64
		want        metav1.Time
		grace       int64
	}{
		"default":      {want: stampAt(130), grace: 30},
		"the pod's":    {spec: ptr(5), want: stampAt(105), grace: 5},
		"as asked for": {spec: ptr(5), asked: ptr(0), want: stampAt(100), grace: 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := up(manifest("app"), runs(attempt("app", 0), 2))
			w.Want.Pod.Spec.TerminationGracePeriodSeconds = tt.spec
			op, _ := plan.Remove(w, tt.asked, at(100))
			pod := Pod(plan.Apply(w, op, at(100)), at(101))
			if diff := cmp.Diff([]any{&tt.want, &tt.grace}, []any{pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds}); diff != "" {
				t.Errorf("deletion (-want +got):\n%s", diff)
			}
		})
	}
}

func ptr(n int64) *int64 { return &n }

// A pod whose manifest cannot be read is shown by its name, and why.
func TestPodOfAnInvalidManifest(t *testing.T) {
	w := up(manifest("app"), runs(attempt("app", 0), 2))
	w.Namespace, w.Name, w.Want, w.Invalid = "shop", "web", nil, "label dev.minipod.manifest: unexpected end"
	pod := Pod(w, at(100))
	if pod == nil || pod.Namespace != "shop" || pod.Name != "web" || pod.Status.Message != w.Invalid {
		t.Fatalf("shown is %+v", pod)
	}
	if row := PodRow(pod, at(100)); row.Status != "InvalidManifest" {
		t.Errorf("STATUS is %q", row.Status)
	}
}

// The same world says the same at any time, on the way up and down, as long
// as no back-off ends in between.
func TestStatusDoesNotDrift(t *testing.T) {
	w := plan.World{UID: "u1", Want: translate.New(manifest("b", "a"), translate.Options{})}
	check := func() {
		t.Helper()
		if diff := cmp.Diff(Status(w, at(50)), Status(w, at(5000))); diff != "" {
			t.Errorf("status has changed with the time (-before +after):\n%s", diff)
		}
	}
	walk := func(from int) {
		for second := from; second < from+20; second++ {
			check()
			for _, op := range plan.Next(w, at(second)).Ops {
				w = plan.Apply(w, op, at(second))
			}
		}
	}
	walk(1)
	if got := Status(w, at(50)).Phase; got != v1.PodRunning {
		t.Errorf("the pod came to be %s", got)
	}
	w = intends(w, plan.Halted)
	walk(60)
	if got := PodRow(Pod(w, at(100)), at(100)); got.Status != "Stopped" || got.Ready != "0/2" {
		t.Errorf("the stopped pod is shown as %+v", got)
	}
	w = intends(w, plan.Going)
	walk(90)
	if Pod(w, at(100)) != nil {
		t.Error("the pod is still there")
	}
}

// Times are in whole seconds, so that an object is the same after it was
// written and read again.
func TestStamp(t *testing.T) {
	if got := stamp(at(5).Add(999 * time.Millisecond)); !got.Equal(&metav1.Time{Time: at(5)}) {
		t.Errorf("stamp = %v", got)
	}
	if got := stamp(time.Time{}); !got.IsZero() {
		t.Errorf("stamp of nothing = %v", got)
	}
}
