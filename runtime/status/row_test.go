package status

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// shown is a pod with these containers' statuses, by name of the container.
func shown(phase v1.PodPhase, statuses ...v1.ContainerStatus) *v1.Pod {
	pod := manifest()
	pod.CreationTimestamp = stampAt(0)
	pod.Status.Phase = phase
	pod.Status.ContainerStatuses = statuses
	for _, s := range statuses {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: s.Name})
	}
	return pod
}

// initial puts init containers in front; see withInits.
func initial(pod *v1.Pod, statuses ...v1.ContainerStatus) *v1.Pod {
	var names []string
	for _, s := range statuses {
		names = append(names, s.Name)
	}
	pod.Status.InitContainerStatuses = statuses
	return withInits(pod, names...)
}

func says(name string, state v1.ContainerState) v1.ContainerStatus {
	return v1.ContainerStatus{Name: name, State: state}
}

// works is a container that runs, is started and ready.
func works(name string) v1.ContainerStatus {
	yes := true
	return v1.ContainerStatus{Name: name, State: runningSince(2), Ready: true, Started: &yes}
}

func exit(reason string, code, signal int32) v1.ContainerState {
	return v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: reason, ExitCode: code, Signal: signal}}
}

// restarted is a status with restarts, the last after an end at a second.
func restarted(s v1.ContainerStatus, count int32, second int) v1.ContainerStatus {
	s.RestartCount = count
	if second > 0 {
		s.LastTerminationState = endedBy("x", "Error", 1, 0, second)
	}
	return s
}

func holds(pod *v1.Pod, kind v1.PodConditionType) *v1.Pod {
	pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{Type: kind, Status: v1.ConditionTrue})
	return pod
}

func reasoned(pod *v1.Pod, reason string) *v1.Pod {
	pod.Status.Reason = reason
	return pod
}

func deleted(pod *v1.Pod) *v1.Pod {
	pod.DeletionTimestamp = &metav1.Time{Time: at(90)}
	return pod
}

// The rules of `kubectl get pods`, one case for each.
func TestRowStatus(t *testing.T) {
	creating, initializing := waitingFor("ContainerCreating", ""), waitingFor("PodInitializing", "")
	completed := exit("Completed", 0, 0)
	gated := shown(v1.PodPending)
	gated.Status.Conditions = []v1.PodCondition{{Type: v1.PodScheduled, Status: v1.ConditionFalse, Reason: v1.PodReasonSchedulingGated}}

	tests := []struct {
		name                    string
		pod                     *v1.Pod
		ready, status, restarts string
	}{
		{"phase", shown(v1.PodPending), "0/0", "Pending", "0"},
		{"reason of the pod", reasoned(shown(v1.PodFailed), "Evicted"), "0/0", "Evicted", "0"},
		{"scheduling gate", gated, "0/0", "SchedulingGated", "0"},
		{"running", shown(v1.PodRunning, works("a"), works("b")), "2/2", "Running", "0"},
		{"not ready", shown(v1.PodRunning, works("a"), says("b", runningSince(2))), "1/2", "Running", "0"},
		{"waiting", shown(v1.PodPending, says("a", creating)), "0/1", "ContainerCreating", "0"},
		{"waiting, no reason", shown(v1.PodPending, says("a", waitingFor("", ""))), "0/1", "Pending", "0"},
		{"the first by name decides", shown(v1.PodRunning, says("a", waitingFor("ErrImagePull", "")), says("b", waitingFor("CrashLoopBackOff", ""))), "0/2", "ErrImagePull", "0"},
		{"one that runs does not", shown(v1.PodRunning, works("a"), says("b", waitingFor("CrashLoopBackOff", ""))), "1/2", "CrashLoopBackOff", "0"},
		{"a container's reason before the pod's", reasoned(shown(v1.PodFailed, says("a", exit("Error", 1, 0))), "DeadlineExceeded"), "0/1", "Error", "0"},
		{"terminated by a signal", shown(v1.PodFailed, says("a", exit("", 137, 9))), "0/1", "Signal:9", "0"},
		{"terminated with a code", shown(v1.PodFailed, says("a", exit("", 3, 0))), "0/1", "ExitCode:3", "0"},
		{"completed", shown(v1.PodSucceeded, says("a", completed), says("b", completed)), "0/2", "Completed", "0"},
		{"completed, but another failed", shown(v1.PodFailed, says("a", completed), says("b", exit("OOMKilled", 137, 0))), "0/2", "OOMKilled", "0"},
		{"completed, but another runs", holds(shown(v1.PodRunning, says("a", completed), works("b")), v1.PodReady), "1/2", "Running", "0"},
		{"completed, another runs, pod not ready", shown(v1.PodRunning, says("a", completed), works("b")), "1/2", "NotReady", "0"},
		{"completed, another failed, a third runs", shown(v1.PodRunning, says("a", completed), says("b", exit("Error", 1, 0)), works("c")), "1/3", "Error", "0"},

		{"initialising", initial(shown(v1.PodPending, says("a", initializing)), says("i1", completed), says("i2", runningSince(2)), says("i3", initializing)), "0/1", "Init:1/3", "0"},
		{"not begun", initial(shown(v1.PodPending, says("a", initializing)), says("i1", initializing)), "0/1", "Init:0/1", "0"},
		{"init container waits", initial(shown(v1.PodPending, says("a", initializing)), says("i1", waitingFor("ErrImagePull", ""))), "0/1", "Init:ErrImagePull", "0"},
		{"init container failed", initial(shown(v1.PodFailed, says("a", initializing)), says("i1", exit("Error", 1, 0))), "0/1", "Init:Error", "0"},
		{"init container ended by a signal", initial(shown(v1.PodPending), says("i1", exit("", 137, 9))), "0/0", "Init:Signal:9", "0"},
		{"init container ended with a code", initial(shown(v1.PodPending), says("i1", exit("", 3, 0))), "0/0", "Init:ExitCode:3", "0"},
		{"initialised", initial(shown(v1.PodRunning, works("a")), says("i1", completed)), "1/1", "Running", "0"},
		{"sidecar started, init container at work", initial(shown(v1.PodPending, says("a", initializing)), works("side1"), says("i1", runningSince(2))), "1/2", "Init:1/2", "0"},
		{"sidecar not started", initial(shown(v1.PodPending, says("a", initializing)), says("side1", runningSince(2))), "0/2", "Init:0/1", "0"},
		{"sidecar not ready", initial(shown(v1.PodRunning, works("a")), func() v1.ContainerStatus { s := works("side1"); s.Ready = false; return s }()), "1/2", "Running", "0"},
		{"sidecar crashed after the start", holds(initial(shown(v1.PodRunning, works("a")), says("side1", waitingFor("CrashLoopBackOff", ""))), v1.PodInitialized), "1/2", "Init:CrashLoopBackOff", "0"},
		{"sidecar crashed, container waits", holds(initial(shown(v1.PodRunning, says("a", creating)), says("side1", exit("Error", 1, 0))), v1.PodInitialized), "0/2", "ContainerCreating", "0"},

		{"terminating", deleted(shown(v1.PodRunning, works("a"))), "1/1", "Terminating", "0"},
		{"terminating, ended before", deleted(shown(v1.PodSucceeded, says("a", completed))), "0/1", "Completed", "0"},
		{"node lost", deleted(reasoned(shown(v1.PodRunning, works("a")), "NodeLost")), "1/1", "Unknown", "0"},

		{"restarts", shown(v1.PodRunning, restarted(works("a"), 2, 30), restarted(works("b"), 1, 55)), "2/2", "Running", "3 (45s ago)"},
		{"restarts, end not known", shown(v1.PodRunning, restarted(works("a"), 2, 0)), "1/1", "Running", "2"},
		{"an end, no restart yet", shown(v1.PodRunning, restarted(works("a"), 0, 30)), "1/1", "Running", "0"},
		{"restarts while initialising", initial(shown(v1.PodPending, restarted(says("a", initializing), 9, 0)),
			restarted(says("i1", completed), 2, 30), restarted(says("i2", runningSince(2)), 1, 40), restarted(says("i3", initializing), 5, 0)), "0/1", "Init:1/3", "3 (60s ago)"},
		{"restarts afterwards", initial(shown(v1.PodRunning, restarted(works("a"), 1, 40)), restarted(says("i1", completed), 4, 90), restarted(works("side1"), 2, 30)), "2/2", "Running", "3 (60s ago)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := PodRow(tt.pod, at(100))
			if diff := cmp.Diff([]string{tt.ready, tt.status, tt.restarts}, []string{got.Ready, got.Status, got.Restarts}); diff != "" {
				t.Errorf("ready, status, restarts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRowWide(t *testing.T) {
	bare := PodRow(manifest("app"), at(100))
	want := Row{Name: "web", Ready: "0/1", Restarts: "0", Age: "<unknown>", IP: "<none>", Node: "<none>", Nominated: "<none>", Gates: "<none>"}
	if diff := cmp.Diff(want, bare); diff != "" {
		t.Errorf("bare (-want +got):\n%s", diff)
	}
	pod := shown(v1.PodRunning, works("a"))
	pod.Spec.NodeName, pod.Status.NominatedNodeName = "n1", "n2"
	pod.Spec.ReadinessGates = []v1.PodReadinessGate{{ConditionType: "x"}, {ConditionType: "y"}}
	pod.Status.PodIPs = []v1.PodIP{{IP: "192.0.2.7"}, {IP: "2001:db8::7"}}
	want = Row{Name: "web", Ready: "1/1", Status: "Running", Restarts: "0", Age: "100s", IP: "192.0.2.7", Node: "n1", Nominated: "n2", Gates: "1/2"}
	if diff := cmp.Diff(want, PodRow(holds(pod, "y"), at(100))); diff != "" {
		t.Errorf("full (-want +got):\n%s", diff)
	}
}

func TestRowAge(t *testing.T) {
	tests := []struct {
		age  time.Duration
		want string
	}{
		{-2 * time.Second, "<invalid>"}, {0, "0s"}, {119 * time.Second, "119s"}, {2 * time.Minute, "2m"}, {125 * time.Second, "2m5s"},
		{10 * time.Minute, "10m"}, {179 * time.Minute, "179m"}, {3*time.Hour + 5*time.Minute, "3h5m"}, {47 * time.Hour, "47h"}, {50 * time.Hour, "2d2h"},
	}
	for _, tt := range tests {
		if got := PodRow(shown(v1.PodRunning), t0.Add(tt.age)).Age; got != tt.want {
			t.Errorf("age %v is shown as %s, want %s", tt.age, got, tt.want)
		}
	}
}

// What worlds look like in `minipod ps`.
func TestRowOfWorlds(t *testing.T) {
	initPod := func() *v1.Pod { return withInits(manifest("app"), "i1", "side1") }
	tests := []struct {
		name                    string
		world                   plan.World
		ready, status, restarts string
	}{
		{"born", unstarted(up(manifest("app"))), "0/1", "Pending", "0"},
		{"pause runs", up(manifest("app")), "0/1", "ContainerCreating", "0"},
		{"running", up(manifest("app"), runs(attempt("app", 0), 2)), "1/1", "Running", "0"},
		{"crashing", up(manifest("app"), crashed()...), "0/1", "CrashLoopBackOff", "2 (5s ago)"},
		{"completed", up(never(manifest("a", "b")), ends(attempt("a", 0), 2, 3, 0), ends(attempt("b", 0), 2, 3, 0)), "0/2", "Completed", "0"},
		{"one completed", up(never(manifest("a", "b")), ends(attempt("a", 0), 2, 3, 0), runs(attempt("b", 0), 2)), "1/2", "NotReady", "0"},
		{"stopped", pauseEnded(intends(up(manifest("a", "b"), ends(attempt("a", 0), 2, 9, 143), ends(attempt("b", 0), 2, 9, 0)), plan.Halted), 10), "0/2", "Stopped", "0"},
		{"being stopped", intends(up(manifest("a"), runs(attempt("a", 0), 2)), plan.Halted), "1/1", "Stopping", "0"},
		{"being started again", up(manifest("a"), ends(attempt("a", 0), -9, -3, 143)), "0/1", "ContainerCreating", "0"},
		{"being removed", intends(up(manifest("a"), runs(attempt("a", 0), 2)), plan.Going), "1/1", "Terminating", "0"},
		{"initialising", up(initPod(), ends(attempt("i1", 0), 2, 3, 0)), "0/2", "Init:1/2", "0"},
		{"initialised", up(initPod(), ends(attempt("i1", 0), 2, 3, 0), runs(attempt("side1", 0), 3), runs(attempt("app", 0), 4)), "2/2", "Running", "0"},
		{"initialised and stopped", pauseEnded(intends(up(initPod(), ends(attempt("i1", 0), 2, 3, 0), ends(attempt("side1", 0), 3, 9, 143), ends(attempt("app", 0), 4, 8, 143)), plan.Halted), 10), "0/2", "Stopped", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := PodRow(Pod(tt.world, at(100)), at(100))
			if diff := cmp.Diff([]string{tt.ready, tt.status, tt.restarts}, []string{got.Ready, got.Status, got.Restarts}); diff != "" {
				t.Errorf("ready, status, restarts (-want +got):\n%s", diff)
			}
		})
	}
}
