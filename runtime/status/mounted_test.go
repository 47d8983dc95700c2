package status

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// mountsOne is a pod that mounts one volume.
func mountsOne(source v1.VolumeSource) *v1.Pod {
	pod := manifest("app")
	pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: source}}
	pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "v", MountPath: "/v"}}
	return pod
}

// A node makes no sandbox before the volumes of a pod are mounted, and says why
// not in events. The pause is there all the same, and is not shown.
func TestVolumesAreNotMounted(t *testing.T) {
	secret := up(mountsOne(v1.VolumeSource{Secret: &v1.SecretVolumeSource{SecretName: "nowhere"}}))
	directory := v1.HostPathDirectory
	onHost := up(mountsOne(v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/nowhere", Type: &directory}}))
	check := plan.Next(onHost, at(2)).Ops[0]
	refused := failed(onHost, check, errEngine, 99, 1)
	told := up(onHost.Want.Pod)
	told.Facts.Waits = []plan.Told{{Reason: plan.ReasonFailedMount, Detail: "no directory", Kind: plan.CheckPath, Target: "/nowhere"}}

	for name, w := range map[string]plan.World{"a Secret that is missing": secret, "a path that is refused": refused, "a path that was refused": told} {
		t.Run(name, func(t *testing.T) {
			s := Status(w, at(100))
			want := isFalse(v1.PodReadyToStartContainers, 0, "PodSandboxNotReady", "no pod sandbox exists")
			if diff := cmp.Diff(&want, find(s.Conditions, v1.PodReadyToStartContainers)); diff != "" {
				t.Errorf("condition (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(waitingFor("ContainerCreating", ""), s.ContainerStatuses[0].State); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			if s.PodIP != "" || s.PodIPs != nil {
				t.Errorf("it has an address: %s %v", s.PodIP, s.PodIPs)
			}
		})
	}
}

// A pod that has ended has the address that it had, and none when it is started
// again until it has a new one.
func TestAddressesOfAPodThatHasEnded(t *testing.T) {
	w := up(never(manifest("app")), ends(attempt("app", 0), 2, 3, 0))
	w = plan.Apply(w, plan.Next(w, at(4)).Ops[0], at(4))
	if w.Intent() != plan.Ended {
		t.Fatalf("the pod is %q", w.Intent())
	}
	w = pauseEnded(w, 5)
	if s := Status(w, at(100)); s.PodIP != "192.0.2.1" || len(s.PodIPs) != 1 {
		t.Errorf("the pod has ended with %q, %v", s.PodIP, s.PodIPs)
	}
	if a := Pod(w, at(100)).Annotations; len(a) > 0 {
		t.Errorf("minipod's own annotations are shown: %v", a)
	}
	start, _ := plan.Start(w)
	if s := Status(plan.Apply(w, start, at(101)), at(102)); s.PodIP != "" {
		t.Errorf("it is started again and has %q before its pause runs", s.PodIP)
	}
}

// A pod that is kept by a finalizer has its address too.
func TestAddressesOfAPodThatIsKept(t *testing.T) {
	pod := manifest("app")
	pod.Finalizers = []string{"example.com/kept"}
	w := up(pod, ends(attempt("app", 0), 2, 3, 0))
	op, _ := plan.Remove(w, nil, at(4))
	if s := Status(pauseEnded(plan.Apply(w, op, at(4)), 5), at(100)); s.PodIP != "192.0.2.1" {
		t.Errorf("it has the address %q", s.PodIP)
	}
}

// Nothing is said of a node before a pod is given to one.
func TestUnscheduled(t *testing.T) {
	gated := manifest("app")
	gated.Spec.SchedulingGates = []v1.PodSchedulingGate{{Name: "example.com/gate"}}
	claim := mountsOne(v1.VolumeSource{PersistentVolumeClaim: &v1.PersistentVolumeClaimVolumeSource{ClaimName: "nowhere"}})
	for reason, pod := range map[string]*v1.Pod{"SchedulingGated": gated, "Unschedulable": claim} {
		t.Run(reason, func(t *testing.T) {
			shown := Pod(unstarted(up(pod)), at(100))
			Place(shown, "machine", []string{"192.0.2.9"})
			s := shown.Status
			if len(s.Conditions) != 1 || s.Conditions[0].Type != v1.PodScheduled || s.Conditions[0].Status != v1.ConditionFalse || s.Conditions[0].Reason != reason {
				t.Errorf("conditions are %+v, want PodScheduled alone, false for %s", s.Conditions, reason)
			}
			if s.StartTime != nil || s.ContainerStatuses != nil || s.HostIP != "" || shown.Spec.NodeName != "" {
				t.Errorf("start %v, containers %v, node %q at %q, want none", s.StartTime, s.ContainerStatuses, shown.Spec.NodeName, s.HostIP)
			}
		})
	}
}

// The image of a volume is pulled as those of containers are: the container that
// mounts it says what keeps it, and no other one does.
func TestImageOfAVolume(t *testing.T) {
	pod := mountsOne(v1.VolumeSource{Image: &v1.ImageVolumeSource{Reference: "files", PullPolicy: v1.PullIfNotPresent}})
	pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: "other", Image: "img"})
	pull := plan.Op{Kind: plan.PullImage, Target: "files"}
	never := pod.DeepCopy()
	never.Spec.Volumes[0].Image.PullPolicy = v1.PullNever
	for _, c := range []struct {
		world plan.World
		want  v1.ContainerState
	}{
		{failed(up(pod), pull, errEngine, 99, 1), waitingFor("ErrImagePull", "the engine says no")},
		{failed(up(pod), pull, errEngine, 99, 2), waitingFor("ImagePullBackOff", `Back-off pulling image "files": ErrImagePull: the engine says no`)},
		{told(up(pod), pull, "no such host"), waitingFor("ErrImagePull", "no such host")},
		{up(never), waitingFor("ErrImageNeverPull", `Container image "files" is not present with pull policy of Never`)},
	} {
		found := Status(c.world, at(100)).ContainerStatuses
		if diff := cmp.Diff([]v1.ContainerState{c.want, waitingFor("ContainerCreating", "")}, []v1.ContainerState{found[0].State, found[1].State}); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	}
}
