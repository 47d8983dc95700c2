package table_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/kind"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ago(d time.Duration) metav1.Time { return metav1.NewTime(now.Add(-d)) }

func running(name string) v1.ContainerStatus {
	return v1.ContainerStatus{Name: name, Ready: true, State: v1.ContainerState{Running: &v1.ContainerStateRunning{}}}
}

func waiting(name, reason string) v1.ContainerStatus {
	return v1.ContainerStatus{Name: name, State: v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: reason}}}
}

func ended(name, reason string, code int32) v1.ContainerStatus {
	return v1.ContainerStatus{Name: name, State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: reason, ExitCode: code}}}
}

func restarted(status v1.ContainerStatus, times int32, last time.Duration) v1.ContainerStatus {
	status.RestartCount = times
	status.LastTerminationState.Terminated = &v1.ContainerStateTerminated{FinishedAt: ago(last)}
	return status
}

func started(status v1.ContainerStatus) v1.ContainerStatus {
	yes := true
	status.Started = &yes
	return status
}

func pod(phase v1.PodPhase, containers ...v1.ContainerStatus) *v1.Pod {
	p := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", CreationTimestamp: ago(time.Minute)}}
	p.Status.Phase, p.Status.ContainerStatuses = phase, containers
	for _, c := range containers {
		p.Spec.Containers = append(p.Spec.Containers, v1.Container{Name: c.Name})
	}
	return p
}

func withInit(p *v1.Pod, sidecars bool, containers ...v1.ContainerStatus) *v1.Pod {
	always := v1.ContainerRestartPolicyAlways
	for _, c := range containers {
		init := v1.Container{Name: c.Name}
		if sidecars {
			init.RestartPolicy = &always
		}
		p.Spec.InitContainers = append(p.Spec.InitContainers, init)
	}
	p.Status.InitContainerStatuses = append(p.Status.InitContainerStatuses, containers...)
	return p
}

func withCondition(p *v1.Pod, kind v1.PodConditionType, status v1.ConditionStatus, reason string) *v1.Pod {
	p.Status.Conditions = append(p.Status.Conditions, v1.PodCondition{Type: kind, Status: status, Reason: reason})
	return p
}

func going(p *v1.Pod) *v1.Pod {
	at := ago(0)
	p.DeletionTimestamp = &at
	return p
}

func TestPodRows(t *testing.T) {
	tests := map[string]struct {
		pod  *v1.Pod
		want string
	}{
		"pending":                    {pod(v1.PodPending), "0/0 Pending 0"},
		"creating":                   {pod(v1.PodPending, waiting("a", "ContainerCreating")), "0/1 ContainerCreating 0"},
		"running":                    {pod(v1.PodRunning, running("a"), running("b")), "2/2 Running 0"},
		"the first container wins":   {pod(v1.PodRunning, waiting("a", "CrashLoopBackOff"), waiting("b", "ErrImagePull")), "0/2 CrashLoopBackOff 0"},
		"restarts":                   {pod(v1.PodRunning, restarted(running("a"), 2, 90*time.Second), restarted(running("b"), 1, 30*time.Second)), "2/2 Running 3 (30s ago)"},
		"completed":                  {pod(v1.PodSucceeded, ended("a", "Completed", 0)), "0/1 Completed 0"},
		"completed beside ready":     {withCondition(pod(v1.PodRunning, ended("a", "Completed", 0), running("b")), v1.PodReady, v1.ConditionTrue, ""), "1/2 Running 0"},
		"completed beside not ready": {pod(v1.PodRunning, ended("a", "Completed", 0), running("b")), "1/2 NotReady 0"},
		"completed beside an error":  {pod(v1.PodFailed, ended("a", "Completed", 0), ended("b", "Error", 1)), "0/2 Error 0"},
		"an end without reason":      {pod(v1.PodFailed, ended("a", "", 7)), "0/1 ExitCode:7 0"},
		"the pod's own reason":       {func() *v1.Pod { p := pod(v1.PodFailed); p.Status.Reason = "DeadlineExceeded"; return p }(), "0/0 DeadlineExceeded 0"},
		"gated":                      {withCondition(pod(v1.PodPending), v1.PodScheduled, v1.ConditionFalse, "SchedulingGated"), "0/0 SchedulingGated 0"},
		"terminating":                {going(pod(v1.PodRunning, running("a"))), "1/1 Terminating 0"},
		"ended while going":          {going(pod(v1.PodSucceeded, ended("a", "Completed", 0))), "0/1 Completed 0"},
		"init runs":                  {withInit(pod(v1.PodPending, waiting("a", "PodInitializing")), false, ended("i", "Completed", 0), running("j")), "0/1 Init:1/2 0"},
		"init waits":                 {withInit(pod(v1.PodPending, waiting("a", "PodInitializing")), false, waiting("i", "ImagePullBackOff")), "0/1 Init:ImagePullBackOff 0"},
		"init failed":                {withInit(pod(v1.PodPending, waiting("a", "PodInitializing")), false, restarted(ended("i", "", 3), 4, 0)), "0/1 Init:ExitCode:3 4 (0s ago)"},
		"sidecar counts":             {withInit(pod(v1.PodRunning, running("a")), true, restarted(started(running("s")), 1, time.Hour)), "2/2 Running 1 (60m ago)"},
		"init restarts are past":     {withInit(pod(v1.PodRunning, running("a")), false, restarted(ended("i", "Completed", 0), 5, 0)), "1/1 Running 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cells := kind.New().ByResource(kind.Pods).Printer().Row(test.pod, now).Cells
			if got := fmt.Sprint(cells[1], " ", cells[2], " ", cells[3]); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPodWideColumns(t *testing.T) {
	p := withCondition(pod(v1.PodRunning, running("a")), "example.com/open", v1.ConditionTrue, "")
	p.Spec.ReadinessGates = []v1.PodReadinessGate{{ConditionType: "example.com/open"}, {ConditionType: "example.com/shut"}}
	p.Spec.NodeName = "here"
	printer := kind.New().ByResource(kind.Pods).Printer()
	got := printer.Row(p, now).Cells
	want := []any{"p", "1/1", "Running", "0", "60s", "<none>", "here", "<none>", "1/2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	var narrow []string
	for _, column := range printer.Columns {
		if column.Priority == 0 {
			narrow = append(narrow, column.Name)
		}
	}
	if want := []string{"Name", "Ready", "Status", "Restarts", "Age"}; !slices.Equal(narrow, want) {
		t.Errorf("columns %v", narrow)
	}
}

// TestEveryKindHasACellForEachColumn: kubectl panics on a row that is too short.
func TestEveryKindHasACellForEachColumn(t *testing.T) {
	for _, k := range kind.New().All() {
		if k.New == nil {
			continue
		}
		printer := k.Printer()
		if cells := printer.Row(k.New(), now).Cells; len(cells) != len(printer.Columns) {
			t.Errorf("%s has %d cells for %d columns", k.Resource(), len(cells), len(printer.Columns))
		}
	}
}
