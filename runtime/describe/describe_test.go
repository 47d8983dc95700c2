package describe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/runtime/describe"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a pod web of one container that runs.
func world() plan.World {
	pod := &v1.Pod{}
	pod.Namespace, pod.Name, pod.UID = "default", "web", "uid-1"
	pod.Labels = map[string]string{"b": "2", "a": "1"}
	pod.Spec.RestartPolicy = v1.RestartPolicyNever
	pod.Spec.Volumes = []v1.Volume{{Name: "data", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}}
	pod.Spec.Containers = []v1.Container{{
		Name: "main", Image: "image", Command: []string{"sh", "-c", "one\ntwo"},
		Ports:        []v1.ContainerPort{{Name: "http", ContainerPort: 80, Protocol: v1.ProtocolTCP}},
		Env:          []v1.EnvVar{{Name: "A", Value: "b"}},
		Resources:    v1.ResourceRequirements{Limits: v1.ResourceList{v1.ResourceMemory: resource.MustParse("64Mi")}},
		VolumeMounts: []v1.VolumeMount{{Name: "data", MountPath: "/data", ReadOnly: true}},
	}}
	start := now.Add(-time.Minute)
	want := translate.New(pod, translate.Options{})
	return plan.World{
		UID: "uid-1", Namespace: "default", Name: "web", Want: want,
		Pause: &plan.Pause{ID: "p", State: plan.Running, Created: start, StartedAt: start, IPs: []string{"192.0.2.7"}},
		Containers: []plan.Container{{
			ID: "c", Name: "web_main", Unit: "main", State: plan.Running, Image: "image", ImageID: "sha256:i",
			Created: start, StartedAt: start, Resources: plan.ResourcesOf(want.Units[0].Request.Host.Resources),
		}},
		Images: map[string]plan.Image{"image": {ID: "sha256:i"}},
	}
}

func TestPod(t *testing.T) {
	log := event.Log{{Unit: "main", Type: "Normal", Reason: "Started", Message: "Container started", First: now.Add(-time.Minute), Last: now.Add(-5 * time.Second), Count: 3}}
	const want = `Name:         web
Namespace:    default
Node:         machine/192.0.2.1
Start Time:   Fri, 02 Jan 2026 03:03:05 +0000
Labels:       a=1
              b=2
Annotations:  <none>
Status:       Running
IP:           192.0.2.7
IPs:
  IP:  192.0.2.7
Containers:
  main:
    Container ID:  docker://c
    Image:         image
    Image ID:      docker://sha256:i
    Port:          80/TCP (http)
    Host Port:     0/TCP (http)
    Command:
      sh
      -c
      one
      two
    State:          Running
      Started:      Fri, 02 Jan 2026 03:03:05 +0000
    Ready:          True
    Restart Count:  0
    Limits:
      memory:     64Mi
    Environment:  
      A:          b
    Mounts:
      /data from data (ro)
Conditions:
  Type                       Status
  PodReadyToStartContainers  True
  Initialized                True
  Ready                      True
  ContainersReady            True
  PodScheduled               True
Volumes:
  data:
    Type:        EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:      
    SizeLimit:   <unset>
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     <none>
Namespaces:      net shared, ipc shared, pid shared
Events:
  Type    Reason   Age               From     Message
  ----    ------   ----              ----     -------
  Normal  Started  5s (x3 over 60s)  kubelet  spec.containers{main}: Container started
`
	if diff := cmp.Diff(trimmed(want), trimmed(describe.Pod(world(), log, describe.Machine{Name: "machine", Addresses: []string{"192.0.2.1"}}, now))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// trimmed leaves out what is in the columns but spaces.
func trimmed(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		lines = append(lines, line[:indent]+strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

// A volume with a claim of its own says what its template does, as kubectl does.
func TestEphemeralVolume(t *testing.T) {
	w := world()
	class := "fast"
	w.Want.Pod.Spec.Volumes = []v1.Volume{{Name: "scratch", VolumeSource: v1.VolumeSource{Ephemeral: &v1.EphemeralVolumeSource{
		VolumeClaimTemplate: &v1.PersistentVolumeClaimTemplate{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "1", "b": "2"}},
			Spec:       v1.PersistentVolumeClaimSpec{StorageClassName: &class},
		},
	}}}}
	const want = `  scratch:
    Type: EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)
    StorageClass: fast
    Volume:
    Labels: a=1
    b=2
    Annotations: <none>
    Capacity:
    Access Modes:
    VolumeMode: Filesystem
QoS Class:`
	_, volumes, _ := strings.Cut(trimmed(describe.Pod(w, nil, describe.Machine{}, now)), "Volumes:\n")
	if !strings.HasPrefix(strings.Join(strings.Fields(volumes), " "), strings.Join(strings.Fields(want), " ")) {
		t.Errorf("it says\n%s\nwant\n%s", volumes, want)
	}
}

// again has the container have ended with a code and been started again.
func again(w *plan.World, code int) {
	later := w.Containers[0]
	later.ID, later.Attempt, later.Restarts = "later", 1, 1
	w.Containers[0].State, w.Containers[0].ExitCode, w.Containers[0].FinishedAt = plan.Exited, code, now
	w.Containers = append(w.Containers, later)
}

func TestAdvice(t *testing.T) {
	log := event.Log{{Unit: "main", Reason: "Killing", Message: "killing", Attempt: "reset", Why: "a container has ended"}, {
		Unit: "main", Type: "Normal", Reason: "Killing", Message: "Container main failed liveness probe, will be restarted", First: now, Last: now, Count: 1,
		Attempt: "stopped", Why: "its liveness probe failed: HTTP probe failed with statuscode: 404\n",
	}}
	for name, c := range map[string]struct {
		change func(*plan.World)
		want   string
	}{
		"well": {func(*plan.World) {}, ""},
		"gates": {func(w *plan.World) {
			w.Want.Pod.Spec.SchedulingGates = []v1.PodSchedulingGate{{Name: "example.com/quota"}}
			w.Pause.State, w.Pause.StartedAt, w.Containers = plan.Created, time.Time{}, nil
		}, "it waits until somebody removes example.com/quota from spec.schedulingGates; nothing is started before"},
		"no ConfigMap": {func(w *plan.World) {
			pod := w.Want.Pod.DeepCopy()
			pod.Spec.Volumes[0].VolumeSource = v1.VolumeSource{ConfigMap: &v1.ConfigMapVolumeSource{LocalObjectReference: v1.LocalObjectReference{Name: "nosuch"}}}
			w.Want, w.Containers = translate.New(pod, translate.Options{}), nil
		}, `it waits: MountVolume.SetUp failed for volume "data" : configmap "nosuch" not found; minipod diagnose web finds the cause`},
		"init container that goes on": {func(w *plan.World) {
			pod := w.Want.Pod.DeepCopy()
			pod.Spec.InitContainers = []v1.Container{{Name: "setup", Image: "image"}}
			w.Want = translate.New(pod, translate.Options{})
			w.Containers[0].Unit = "setup"
		}, "container setup runs still, and nothing after it starts before it ends: minipod logs web -c setup shows what it does"},
		"restarted": {func(w *plan.World) { again(w, 3) }, "container main was restarted: it ended with exit code 3; minipod logs web -c main --previous shows what it wrote"},
		"restarted by a rule": {func(w *plan.World) {
			rule := v1.ContainerRestartRuleOnExitCodes{Operator: v1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{3}}
			c := w.Want.Units[0].Container
			c.RestartPolicy = new(v1.ContainerRestartPolicyNever)
			c.RestartPolicyRules = []v1.ContainerRestartRule{{Action: v1.ContainerRestartRuleActionRestart, ExitCodes: &rule}}
			again(w, 3)
		}, ""},
		"restarted with all containers": {func(w *plan.World) {
			again(w, 137)
			w.Containers[0].ID = "reset"
		}, ""},
		"restarted for its probe": {func(w *plan.World) {
			again(w, 0)
			w.Containers[0].ID = "stopped"
		}, "container main was stopped to be started again: its liveness probe failed: HTTP probe failed with statuscode: 404; minipod diagnose web finds the cause"},
		"failed": {func(w *plan.World) {
			w.Containers[0].State, w.Containers[0].ExitCode, w.Containers[0].FinishedAt = plan.Exited, 3, now
		}, "container main ended with exit code 3; minipod logs web -c main shows what it wrote"},
		"not found": {func(w *plan.World) {
			w.Containers[0].State, w.Containers[0].ExitCode, w.Containers[0].FinishedAt = plan.Exited, 127, now
		}, "container main could not run its command (exit code 127: it is not in the image); minipod logs web -c main shows what it wrote"},
		"not started": {func(w *plan.World) {
			w.Containers[0].State, w.Containers[0].ExitCode, w.Containers[0].FinishedAt, w.Containers[0].Error = plan.Created, 127, now, "error mounting a volume: not a directory"
			w.Containers[0].StartedAt = time.Time{}
		}, "container main could not be started (exit code 127); minipod diagnose web finds the cause"},
		"runs as root": {func(w *plan.World) {
			pod := w.Want.Pod.DeepCopy()
			pod.Spec.Containers[0].SecurityContext = &v1.SecurityContext{RunAsNonRoot: new(true), RunAsUser: new(int64)}
			w.Want, w.Containers = translate.New(pod, translate.Options{}), nil
		}, `container main cannot be made yet: container's runAsUser breaks non-root policy (pod: "web_default(uid-1)", container: main); minipod diagnose web finds the cause`},
		"memory": {func(w *plan.World) {
			w.Containers[0].State, w.Containers[0].ExitCode, w.Containers[0].OOMKilled, w.Containers[0].FinishedAt = plan.Exited, 137, true, now
		}, "container main was killed: it used more memory than it may; minipod logs web -c main shows what it wrote, resources.limits.memory is what it may use: 64Mi"},
		"stopped": {func(w *plan.World) {
			w.Want.Pod.Annotations = map[string]string{translate.AnnotationIntent: "stopped"}
			w.Containers[0].State, w.Containers[0].FinishedAt, w.Pause.State = plan.Exited, now, plan.Exited
		}, "it is stopped: minipod start web goes on with it"},
		"unreadable": {func(w *plan.World) { w.Want, w.Invalid = nil, "no JSON" }, "the manifest on its pause cannot be read: minipod rm web removes the pod"},
	} {
		w := world()
		c.change(&w)
		if got := strings.Join(describe.Advice(w, log, now), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if text := describe.Pod(w, log, describe.Machine{}, now); !strings.HasPrefix(text, "Name:") || !strings.Contains(text, c.want) {
			t.Errorf("%s: the advice is not in\n%s", name, text)
		}
	}
}

// A pod in the machine's network has the machine's address, as with kubectl; one
// that is on no machine yet has none.
func TestPodOnItsMachine(t *testing.T) {
	on := describe.Machine{Name: "machine", Addresses: []string{"192.0.2.1"}}
	w := world()
	w.Want.Pod.Spec.HostNetwork, w.Pause.IPs = true, nil
	if text := describe.Pod(w, nil, on, now); !strings.Contains(text, "\nIPs:\n  IP:  192.0.2.1\n") {
		t.Errorf("no address:\n%s", text)
	}
	w.Want.Pod.Spec.SchedulingGates, w.Pause = []v1.PodSchedulingGate{{Name: "g"}}, &plan.Pause{ID: "p", State: plan.Created}
	if text := describe.Pod(w, nil, on, now); !strings.Contains(text, "Node:         <none>\n") {
		t.Errorf("a pod that waits for a gate is on a machine:\n%s", text)
	}
}

// A removal lasts since it was asked for.
func TestHowLongARemovalLasts(t *testing.T) {
	w := world()
	grace := int64(30)
	w.Want.Pod.DeletionTimestamp, w.Want.Pod.DeletionGracePeriodSeconds = &metav1.Time{Time: now.Add(25 * time.Second)}, &grace
	if text := describe.Pod(w, nil, describe.Machine{}, now); !strings.Contains(text, "Terminating (lasts 5s)\nTermination Grace Period:  30s\n") {
		t.Errorf("described as\n%s", text)
	}
}

// What a Service leads to and what a claim has got is told in kubectl's order.
func TestServiceAndClaim(t *testing.T) {
	service := &v1.Service{Spec: v1.ServiceSpec{
		Selector: map[string]string{"app": "db"}, Type: v1.ServiceTypeClusterIP, ClusterIPs: []string{"10.96.0.2"}, SessionAffinity: v1.ServiceAffinityNone,
		Ports: []v1.ServicePort{{Port: 5432, Protocol: v1.ProtocolTCP, TargetPort: intstr.FromString("sql")}},
	}}
	service.Name, service.Namespace = "db", "default"
	filesystem := v1.PersistentVolumeFilesystem
	claim := &v1.PersistentVolumeClaim{
		Spec: v1.PersistentVolumeClaimSpec{VolumeName: "pvc-1", VolumeMode: &filesystem},
		Status: v1.PersistentVolumeClaimStatus{
			Phase: v1.ClaimBound, AccessModes: []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce}, Capacity: v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")},
		},
	}
	claim.Name, claim.Namespace = "data", "default"
	for want, o := range map[string]metav1.Object{
		"Name: db\nNamespace: default\nLabels: <none>\nAnnotations: <none>\nSelector: app=db\nType: ClusterIP\nIPs: 10.96.0.2\n" +
			"Port: <unset> 5432/TCP\nTargetPort: sql/TCP\nSession Affinity: None\n": service,
		"Name: data\nNamespace: default\nLabels: <none>\nAnnotations: <none>\nStorageClass:\nStatus: Bound\nVolume: pvc-1\nCapacity: 1Gi\n" +
			"Access Modes: ReadWriteOnce\nVolumeMode: Filesystem\n": claim,
	} {
		if diff := cmp.Diff(trimmed(want), trimmed(describe.Object(o, now))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What a Secret holds is not shown, nor what a ConfigMap's control characters do
// to the columns.
func TestObject(t *testing.T) {
	secret := &v1.Secret{Type: v1.SecretTypeOpaque, Data: map[string][]byte{"k": []byte("hidden"), "a": nil}}
	secret.Name, secret.Namespace = "s", "default"
	const want = "Name: s\nNamespace: default\nLabels: <none>\nAnnotations: <none>\n\nType: Opaque\n\nData\n====\na: 0 bytes\nk: 6 bytes\n"
	if diff := cmp.Diff(trimmed(want), trimmed(describe.Object(secret, now))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c := &v1.ConfigMap{Data: map[string]string{"f": "one\n\ttwo\n"}}
	if text := describe.Object(c, now); !strings.Contains(text, "f:\n----\none\n two\n") {
		t.Errorf("got\n%s", text)
	}
}

// What two images speak of is told until their containers have run for a while;
// a probe is, once it has been run; what only those who keep a pod have met, from
// its events.
func TestAdviceInTime(t *testing.T) {
	clash := func(ago time.Duration) plan.World {
		w := world()
		pod := w.Want.Pod.DeepCopy()
		other := pod.Spec.Containers[0].DeepCopy()
		other.Name = "other"
		pod.Spec.Containers = append(pod.Spec.Containers, *other)
		w.Want = translate.New(pod, translate.Options{})
		second := w.Containers[0]
		second.ID, second.Name, second.Unit, second.StartedAt = "o", "web_other", "other", now.Add(-ago)
		w.Containers = append(w.Containers, second)
		return w
	}
	probed := func(delay int32) plan.World {
		w := world()
		w.Want.Units[0].Container.ReadinessProbe = &v1.Probe{InitialDelaySeconds: delay, PeriodSeconds: 1}
		return w
	}
	held := world()
	pod := held.Want.Pod.DeepCopy()
	pod.Spec.Volumes[0].VolumeSource = v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/no", Type: new(v1.HostPathDirectory)}}
	held.Want, held.Containers = translate.New(pod, translate.Options{}), nil
	log := event.Log{{Type: v1.EventTypeWarning, Reason: "FailedMount", Message: "/no does not exist", First: now, Last: now, Count: 1}}
	for name, c := range map[string]struct {
		w    plan.World
		want string
	}{
		"clash":             {clash(time.Second), "only one can listen on it"},
		"no clash":          {clash(time.Minute), ""},
		"not ready":         {probed(0), "container main runs and is not ready: "},
		"not probed yet":    {probed(90), ""},
		"a path is missing": {held, "it waits: /no does not exist; minipod diagnose web finds the cause"},
	} {
		if got := strings.Join(describe.Advice(c.w, log, now), "\n"); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
