package status

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func isFalse(kind v1.PodConditionType, since int, reason, message string) v1.PodCondition {
	return v1.PodCondition{Type: kind, Status: v1.ConditionFalse, Reason: reason, Message: message, LastTransitionTime: stampAt(since)}
}

// because is a condition with a reason.
func because(c v1.PodCondition, reason string) v1.PodCondition {
	c.Reason = reason
	return c
}

func TestConditions(t *testing.T) {
	two := func() *v1.Pod { return withInits(manifest("app"), "i1", "i2") }
	noAddress := up(manifest("app"))
	noAddress.Pause.IPs = nil
	noNetwork := up(manifest("app"), runs(attempt("app", 0), 2))
	noNetwork.Pause.IPs, noNetwork.Want.Options.Network = nil, "none"

	tests := []struct {
		name  string
		world plan.World
		want  v1.PodCondition
	}{
		{"no pause", unstarted(up(manifest("app"))), isFalse(v1.PodReadyToStartContainers, 0, "PodSandboxNotReady", "no pod sandbox exists")},
		{"pause stopped", pauseEnded(up(manifest("app")), 9), isFalse(v1.PodReadyToStartContainers, 9, "PodSandboxNotReady", "pod sandbox is not ready")},
		{"no address", noAddress, isFalse(v1.PodReadyToStartContainers, 0, "PodSandboxNotReady", "pod sandbox has no IP address")},
		{"no network on purpose", noNetwork, isTrue(v1.PodReadyToStartContainers, 1)},

		{"nothing known of init containers", unstarted(up(two())), isFalse(v1.PodInitialized, 0, "UnknownContainerStatuses", "")},
		{"init containers to do", up(two()), isFalse(v1.PodInitialized, 0, "ContainersNotInitialized", "containers with incomplete status: [i1 i2]")},
		{"one done", up(two(), ends(attempt("i1", 0), 2, 3, 0)), isFalse(v1.PodInitialized, 0, "ContainersNotInitialized", "containers with incomplete status: [i2]")},
		{"one failed", up(two(), ends(attempt("i1", 0), 2, 3, 1)), isFalse(v1.PodInitialized, 0, "ContainersNotInitialized", "containers with incomplete status: [i1 i2]")},
		{"all done", up(two(), ends(attempt("i1", 0), 2, 3, 0), ends(attempt("i2", 0), 4, 5, 0)), isTrue(v1.PodInitialized, 5)},
		{"all done and gone", up(two(), runs(attempt("app", 0), 8)), isTrue(v1.PodInitialized, 8)},
		{"to be done again for a new pause", up(two(), ends(attempt("i1", 0), -9, -8, 0), ends(attempt("app", 0), -7, -6, 1)),
			isFalse(v1.PodInitialized, 1, "ContainersNotInitialized", "containers with incomplete status: [i1 i2]")},
		{"ended by a new pause", sandboxOf(9, up(never(withInits(manifest("app"), "i1", "side1")), ends(attempt("i1", 0), 2, 3, 0), ends(attempt("side1", 0), 4, 8, 137), ends(attempt("app", 0), 5, 8, 137))),
			isTrue(v1.PodInitialized, 4)},
		{"a sidecar to start", up(withInits(manifest("app"), "side1")), isFalse(v1.PodInitialized, 0, "ContainersNotInitialized", "containers with incomplete status: [side1]")},
		{"a sidecar started", up(withInits(manifest("app"), "side1"), runs(attempt("side1", 0), 4)), isTrue(v1.PodInitialized, 4)},
		{"a sidecar restarts", up(withInits(manifest("app"), "side1"), ends(attempt("side1", 0), 4, 99, 1), runs(attempt("app", 0), 5)), isTrue(v1.PodInitialized, 4)},
		{"initialised and stopped", pauseEnded(intends(up(two(), ends(attempt("i2", 0), 4, 5, 0), ends(attempt("app", 0), 6, 7, 143)), plan.Halted), 9), isTrue(v1.PodInitialized, 5)},
		{"initialised and succeeded", up(never(two()), ends(attempt("i2", 0), 4, 5, 0), ends(attempt("app", 0), 6, 7, 0)), because(isTrue(v1.PodInitialized, 5), "PodCompleted")},

		{"nothing known of containers", unstarted(up(manifest("app"))), isFalse(v1.ContainersReady, 0, "UnknownContainerStatuses", "")},
		{"one to start", up(manifest("b", "a"), runs(attempt("a", 0), 4)), isFalse(v1.ContainersReady, 0, "ContainersNotReady", "containers with unready status: [b]")},
		{"one crashed", up(manifest("b", "a"), runs(attempt("a", 0), 4), ends(attempt("b", 0), 5, 99, 1)), isFalse(v1.ContainersReady, 99, "ContainersNotReady", "containers with unready status: [b]")},
		{"one to start again", up(manifest("app"), ends(attempt("app", 0), 5, 8, 1), attempt("app", 1)), isFalse(v1.ContainersReady, 8, "ContainersNotReady", "containers with unready status: [app]")},
		{"the first to crash counts", up(manifest("b", "a"), ends(attempt("a", 0), 4, 99, 1), ends(attempt("b", 0), 5, 98, 1)),
			isFalse(v1.ContainersReady, 98, "ContainersNotReady", "containers with unready status: [b a]")},
		{"sidecars count", up(withInits(manifest("app"), "side1"), runs(attempt("app", 0), 4)), isFalse(v1.ContainersReady, 0, "ContainersNotReady", "containers with unready status: [side1]")},
		{"all ready", up(withInits(manifest("app"), "side1"), runs(attempt("side1", 0), 3), runs(attempt("app", 0), 4)), isTrue(v1.ContainersReady, 4)},
		{"cut off", up(manifest("app"), runs(attempt("app", 0), -9)), isFalse(v1.ContainersReady, 1, "ContainersNotReady", "containers with unready status: [app]")},
		{"succeeded", up(never(manifest("app")), ends(attempt("app", 0), 6, 7, 0)), isFalse(v1.ContainersReady, 7, "PodCompleted", "")},
		{"failed", up(never(manifest("app")), ends(attempt("app", 0), 6, 7, 1)), isFalse(v1.ContainersReady, 7, "PodFailed", "")},
		{"failed is not ready", up(never(manifest("app")), ends(attempt("app", 0), 6, 7, 1)), isFalse(v1.PodReady, 7, "PodFailed", "")},
		{"scheduled", up(manifest("app")), isTrue(v1.PodScheduled, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := find(Status(tt.world, at(100)).Conditions, tt.want.Type)
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("condition (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadinessGates(t *testing.T) {
	gate := func(status v1.ConditionStatus) []v1.PodCondition {
		return []v1.PodCondition{{Type: "my/gate", Status: status, LastTransitionTime: stampAt(50)}, {Type: v1.PodReady, Status: v1.ConditionTrue}}
	}
	tests := []struct {
		name       string
		conditions []v1.PodCondition
		want       v1.PodCondition
	}{
		{"not set", nil, isFalse(v1.PodReady, 2, "ReadinessGatesNotReady", `corresponding condition of pod readiness gate "my/gate" does not exist.`)},
		{"closed", gate(v1.ConditionFalse), isFalse(v1.PodReady, 50, "ReadinessGatesNotReady", `the status of pod readiness gate "my/gate" is not "True", but False`)},
		{"open", gate(v1.ConditionTrue), isTrue(v1.PodReady, 50)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pod := manifest("app")
			pod.Spec.ReadinessGates = []v1.PodReadinessGate{{ConditionType: "my/gate"}}
			pod.Status.Conditions = tt.conditions
			got := Status(up(pod, runs(attempt("app", 0), 2)), at(100)).Conditions
			if diff := cmp.Diff(&tt.want, find(got, v1.PodReady)); diff != "" {
				t.Errorf("condition (-want +got):\n%s", diff)
			}
			if len(tt.conditions) > 0 && got[0].Type != "my/gate" {
				t.Errorf("the gate's condition is lost: %v", got)
			}
		})
	}
}

// While a container has other limits than its manifest says, the status says
// which it has, and why they could not be changed.
func TestResizing(t *testing.T) {
	pod := manifest("app")
	limit := func(memory string) v1.ResourceRequirements {
		return v1.ResourceRequirements{Limits: v1.ResourceList{v1.ResourceMemory: resource.MustParse(memory)}}
	}
	pod.Spec.Containers[0].Resources = limit("64Mi")
	w := up(pod, runs(attempt("app", 0), 2))
	if s := Status(w, at(100)); find(s.Conditions, v1.PodResizeInProgress) != nil {
		t.Errorf("nothing is to be resized: %+v", s.Conditions)
	}
	w.Containers[0].Resources.Memory = 32 << 20
	op := plan.Next(w, at(100)).Ops[0]
	s := Status(w, at(100))
	if c := find(s.Conditions, v1.PodResizeInProgress); c == nil || c.Status != v1.ConditionTrue || c.Reason != "" {
		t.Errorf("the condition is %+v", c)
	}
	if got := s.ContainerStatuses[0].Resources.Limits.Memory().String(); got != "32Mi" {
		t.Errorf("it has %s, want 32Mi", got)
	}
	s = Status(failed(w, op, errors.New("below current usage"), 99, 1), at(100))
	if c := find(s.Conditions, v1.PodResizeInProgress); c == nil || c.Reason != v1.PodReasonError || c.Message != "below current usage" {
		t.Errorf("the condition is %+v", c)
	}
}

// A pod that is to have other limits says so, and which it has.
func TestResizingOfThePod(t *testing.T) {
	pod := manifest("app")
	list := v1.ResourceList{v1.ResourceCPU: resource.MustParse("2"), v1.ResourceMemory: resource.MustParse("64Mi")}
	pod.Spec.Resources = &v1.ResourceRequirements{Requests: list, Limits: list}
	w := up(pod, runs(attempt("app", 0), 2))
	w.Want = translate.New(w.Want.Pod, translate.Options{PodCgroup: true})
	w.Containers[0].Resources = plan.ResourcesOf(w.Want.Units[0].Request.Host.Resources)
	w.Pause.Cgroup, w.Pause.Resources = translate.CgroupOf(pod), plan.ResourcesOf(w.Want.Pause.Host.Resources)
	s := Status(w, at(100))
	if find(s.Conditions, v1.PodResizeInProgress) != nil || s.Resources.Limits.Memory().String() != "64Mi" || s.AllocatedResources.Cpu().String() != "2" {
		t.Errorf("nothing is to be resized: %+v, resources %+v of %+v", s.Conditions, s.Resources, s.AllocatedResources)
	}
	w.Pause.Resources = plan.Resources{CPUShares: 1024, CPUQuota: 100_000, Memory: 128 << 20}
	op := plan.Next(w, at(100)).Ops[0]
	s = Status(w, at(100))
	if c := find(s.Conditions, v1.PodResizeInProgress); c == nil || c.Reason != "" {
		t.Errorf("the condition is %+v", c)
	}
	if got := s.Resources; got.Limits.Memory().String() != "128Mi" || got.Limits.Cpu().String() != "1" || got.Requests.Cpu().String() != "1" {
		t.Errorf("it has %+v", got)
	}
	s = Status(failed(w, op, errors.New("below current usage"), 99, 1), at(100))
	if c := find(s.Conditions, v1.PodResizeInProgress); c == nil || c.Reason != v1.PodReasonError || c.Message != "below current usage" {
		t.Errorf("the condition is %+v", c)
	}
}

// A pod is ready since its readiness probe says so, or its postStart hook has
// returned, not since its start.
func TestReadySince(t *testing.T) {
	pod := manifest("app")
	pod.Spec.Containers[0].ReadinessProbe = &v1.Probe{ProbeHandler: v1.ProbeHandler{TCPSocket: &v1.TCPSocketAction{}}, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 1}
	w := up(pod, runs(attempt("app", 0), 2))
	w.Facts.Ready = map[string]time.Time{"app0": at(33)}
	if diff := cmp.Diff(isTrue(v1.PodReady, 33), *find(Status(w, at(100)).Conditions, v1.PodReady)); diff != "" {
		t.Errorf("ready (-want +got):\n%s", diff)
	}
	w.Facts = plan.Facts{}
	w.Checks = map[string]plan.Check{"readiness app0": {Passed: true, Since: at(34)}}
	if diff := cmp.Diff(isTrue(v1.PodReady, 34), *find(Status(w, at(100)).Conditions, v1.PodReady)); diff != "" {
		t.Errorf("ready, and not written down yet (-want +got):\n%s", diff)
	}
	hooked := withHook(up(manifest("app"), runs(attempt("app", 0), 2)))
	hooked.Facts.Hooked = map[string]time.Time{"app0": at(30)}
	if diff := cmp.Diff(isTrue(v1.PodReady, 30), *find(Status(hooked, at(100)).Conditions, v1.PodReady)); diff != "" {
		t.Errorf("ready when its postStart hook has returned (-want +got):\n%s", diff)
	}
	w.Checks = nil
	w.Facts = plan.Facts{Unready: map[string]time.Time{"app0": at(44)}}
	want := isFalse(v1.PodReady, 44, "ContainersNotReady", "containers with unready status: [app]")
	if diff := cmp.Diff(want, *find(Status(w, at(100)).Conditions, v1.PodReady)); diff != "" {
		t.Errorf("no more ready (-want +got):\n%s", diff)
	}
}

// A pod whose rules may have all its containers restarted says whether they are
// being restarted; those that were killed for it say why.
func TestAllContainersRestarting(t *testing.T) {
	pod := never(manifest("source", "victim"))
	code := v1.ContainerRestartRule{
		Action:    v1.ContainerRestartRuleActionRestartAllContainers,
		ExitCodes: &v1.ContainerRestartRuleOnExitCodes{Operator: v1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}},
	}
	policy := v1.ContainerRestartPolicyNever
	pod.Spec.Containers[0].RestartPolicy, pod.Spec.Containers[0].RestartPolicyRules = &policy, []v1.ContainerRestartRule{code}
	quiet := Status(up(pod, runs(attempt("source", 0), 2), runs(attempt("victim", 0), 2)), at(100))
	if diff := cmp.Diff(isFalse(v1.AllContainersRestarting, 0, "", ""), *find(quiet.Conditions, v1.AllContainersRestarting)); diff != "" {
		t.Errorf("condition (-want +got):\n%s", diff)
	}
	pod.Annotations = map[string]string{
		translate.AnnotationStart: "1", translate.AnnotationReason: plan.ReasonRestartAll,
		translate.AnnotationResets: "1=" + at(5).Format(time.RFC3339Nano),
	}
	source := ends(attempt("source", 0), 2, 5, 42)
	s := Status(up(pod, source, runs(attempt("victim", 0), 2)), at(100))
	c := find(s.Conditions, v1.AllContainersRestarting)
	if c.Status != v1.ConditionTrue || c.Reason != "RestartAllContainersStarted" || c.Message != "container exited with restart policy rule" || !c.LastTransitionTime.Time.Equal(at(5)) {
		t.Errorf("the condition is %+v", c)
	}
	next := func(unit string) plan.Container {
		c := runs(attempt(unit, 1), 6)
		c.Start = 1
		return c
	}
	killed := ends(attempt("victim", 0), 2, 6, 137)
	s = Status(up(pod, source, next("source"), killed, next("victim")), at(100))
	if diff := cmp.Diff(isFalse(v1.AllContainersRestarting, 6, "", ""), *find(s.Conditions, v1.AllContainersRestarting)); diff != "" {
		t.Errorf("condition (-want +got):\n%s", diff)
	}
	for i, want := range []string{"Error", "RestartingAllContainers"} {
		if end := s.ContainerStatuses[i].LastTerminationState.Terminated; end == nil || end.Reason != want || s.ContainerStatuses[i].RestartCount != 1 {
			t.Errorf("%s ended as %+v, want %s", s.ContainerStatuses[i].Name, end, want)
		}
	}
	// In a second round, too, and after a stop and a start.
	pod.Annotations[translate.AnnotationResets] += ",2=" + at(20).Format(time.RFC3339Nano)
	for _, start := range []string{"2", "3"} {
		pod.Annotations[translate.AnnotationStart] = start
		s = Status(up(pod, source, next("source"), killed, next("victim")), at(100))
		if end := s.ContainerStatuses[1].LastTerminationState.Terminated; end == nil || end.Reason != "RestartingAllContainers" {
			t.Errorf("at start %s the victim ended as %+v", start, end)
		}
	}
}

// The order is the kubelet's, and a condition is there once.
func TestConditionOrder(t *testing.T) {
	var got []v1.PodConditionType
	for _, c := range Status(up(manifest("app")), at(100)).Conditions {
		got = append(got, c.Type)
	}
	want := []v1.PodConditionType{v1.PodReadyToStartContainers, v1.PodInitialized, v1.PodReady, v1.ContainersReady, v1.PodScheduled}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
