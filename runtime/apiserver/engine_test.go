package apiserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utilexec "k8s.io/utils/exec"

	"github.com/minipod/minipod/runtime/apiserver"
)

// engine is a small true stand-in for the runtime over Docker: pods start soon
// after they are made, end soon after they are stopped, and objects are records
// under compare-and-swap. Commands run on this machine.
type engine struct {
	mu       sync.Mutex
	pods     map[types.UID]*v1.Pod
	revision map[types.UID]int64
	records  map[string]apiserver.Record
	hints    []chan types.UID
	looks    []chan struct{}
	calls    atomic.Int64 // of Get and List
	manual   bool         // pods change only when the test says so
}

func newEngine() *engine {
	return &engine{pods: map[types.UID]*v1.Pod{}, revision: map[types.UID]int64{}, records: map[string]apiserver.Record{}}
}

const soon = 2 * time.Millisecond

func (e *engine) List(context.Context) ([]apiserver.Pod, error) {
	e.calls.Add(1)
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []apiserver.Pod
	for _, pod := range e.pods {
		all = append(all, apiserver.Pod{Pod: pod.DeepCopy(), Revision: e.revision[pod.UID]})
	}
	return all, nil
}

func (e *engine) Get(_ context.Context, uid types.UID) (apiserver.Pod, bool, error) {
	e.calls.Add(1)
	e.mu.Lock()
	defer e.mu.Unlock()
	if pod := e.pods[uid]; pod != nil {
		return apiserver.Pod{Pod: pod.DeepCopy(), Revision: e.revision[uid]}, true, nil
	}
	return apiserver.Pod{}, false, nil
}

func (e *engine) podChanges() <-chan types.UID {
	e.mu.Lock()
	defer e.mu.Unlock()
	hints := make(chan types.UID, 1000)
	e.hints = append(e.hints, hints)
	return hints
}

func (e *engine) objectChanges() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	looks := make(chan struct{}, 1)
	e.looks = append(e.looks, looks)
	return looks
}

// podEngine and objectEngine are the engine's two faces: both have a method Changes.
type podEngine struct{ *engine }

func (e podEngine) Changes(context.Context) <-chan types.UID { return e.podChanges() }

type objectEngine struct{ *engine }

func (e objectEngine) Changes(context.Context) <-chan struct{} { return e.objectChanges() }

// change changes a pod as the engine would, and hints at it.
func (e *engine) change(uid types.UID, change func(*v1.Pod)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if pod := e.pods[uid]; pod != nil {
		change(pod)
	}
	e.hint(uid)
}

func (e *engine) hint(uid types.UID) {
	for _, hints := range e.hints {
		hints <- uid
	}
}

// LeftOut names the first readiness probe, which the model knows nothing of.
func (e *engine) LeftOut(pod *v1.Pod) []string {
	for _, c := range pod.Spec.Containers {
		if c.ReadinessProbe != nil {
			return []string{"readinessProbe: not probed"}
		}
	}
	return nil
}

func (e *engine) Create(_ context.Context, pod *v1.Pod) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, other := range e.pods {
		if other.Name == pod.Name && other.Namespace == pod.Namespace {
			return apierrors.NewAlreadyExists(v1.Resource("pods"), pod.Name)
		}
	}
	e.pods[pod.UID] = pod.DeepCopy()
	e.revision[pod.UID] = 1
	e.hint(pod.UID)
	if !e.manual && pod.Spec.NodeName != "" {
		time.AfterFunc(soon, func() { e.change(pod.UID, run) })
	}
	return nil
}

// run makes a pod running and ready.
func run(pod *v1.Pod) {
	now := metav1.Now()
	pod.Status.Phase, pod.Status.StartTime = v1.PodRunning, &now
	pod.Status.PodIP, pod.Status.HostIP = "172.17.0.2", "127.0.0.1"
	pod.Status.PodIPs = []v1.PodIP{{IP: "172.17.0.2"}}
	for _, kind := range []v1.PodConditionType{v1.PodInitialized, v1.PodReady, v1.ContainersReady, v1.PodScheduled} {
		pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{Type: kind, Status: v1.ConditionTrue})
	}
	for _, c := range pod.Spec.Containers {
		yes := true
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, v1.ContainerStatus{
			Name: c.Name, Image: c.Image, Ready: true, Started: &yes, ContainerID: "docker://" + c.Name,
			Resources: c.Resources.DeepCopy(),
			State:     v1.ContainerState{Running: &v1.ContainerStateRunning{StartedAt: now}},
		})
	}
}

// next takes the number of a pod's next revision.
func (e *engine) next(old apiserver.Pod) (int64, error) {
	switch {
	case e.pods[old.UID] == nil:
		return 0, apierrors.NewNotFound(v1.Resource("pods"), old.Name)
	case old.Revision != e.revision[old.UID]:
		return 0, apierrors.NewConflict(v1.Resource("pods"), old.Name, errors.New("a later revision exists"))
	}
	e.revision[old.UID]++
	return e.revision[old.UID], nil
}

// other is a write by another process, of which nothing tells.
func (e *engine) other(uid types.UID, change func(*v1.Pod)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(e.pods[uid])
	e.revision[uid]++
}

func (e *engine) Revise(_ context.Context, old apiserver.Pod, next *v1.Pod) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	revision, err := e.next(old)
	if err != nil {
		return 0, err
	}
	pod := e.pods[next.UID]
	waiting := pod.Spec.NodeName == ""
	pod.ObjectMeta, pod.Spec = next.ObjectMeta, next.Spec
	for _, condition := range next.Status.Conditions {
		setCondition(pod, condition)
	}
	if waiting && next.Spec.NodeName != "" {
		time.AfterFunc(soon, func() { e.change(next.UID, run) })
	}
	e.endIfFree(pod)
	return revision, nil
}

func setCondition(pod *v1.Pod, condition v1.PodCondition) {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == condition.Type {
			pod.Status.Conditions[i] = condition
			return
		}
	}
	pod.Status.Conditions = append(pod.Status.Conditions, condition)
}

func (e *engine) Stop(_ context.Context, old apiserver.Pod, next *v1.Pod) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	revision, err := e.next(old)
	if err != nil {
		return 0, err
	}
	pod := e.pods[next.UID]
	pod.ObjectMeta = next.ObjectMeta
	if !e.manual {
		time.AfterFunc(soon, func() { e.end(next.UID) })
	}
	return revision, nil
}

// end ends the containers of a pod that is going.
func (e *engine) end(uid types.UID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if pod := e.pods[uid]; pod != nil {
		pod.Status.Phase = v1.PodSucceeded
		e.endIfFree(pod)
		e.hint(uid)
	}
}

func (e *engine) endIfFree(pod *v1.Pod) {
	if pod.DeletionTimestamp != nil && pod.Status.Phase == v1.PodSucceeded && len(pod.Finalizers) == 0 {
		delete(e.pods, pod.UID)
		e.hint(pod.UID)
	}
}

func (e *engine) Kill(_ context.Context, pod *v1.Pod) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if kept := e.pods[pod.UID]; kept != nil && len(kept.Finalizers) > 0 {
		return errors.New("its finalizers are to be taken off first")
	}
	delete(e.pods, pod.UID)
	e.hint(pod.UID)
	return nil
}

func (e *engine) Logs(ctx context.Context, r apiserver.LogRequest, out io.Writer) error {
	if r.Previous {
		return apierrors.NewBadRequest("there was none before")
	}
	for i := range 3 {
		if r.Tail >= 0 && i < 3-int(r.Tail) {
			continue
		}
		if _, err := fmt.Fprintf(out, "%s line %d\n", r.Container, i+1); err != nil {
			return err
		}
	}
	if r.Follow {
		<-ctx.Done()
	}
	return nil
}

func (e *engine) Runs(_ context.Context, uid types.UID, container string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pod := range e.pods {
		for _, s := range pod.Status.ContainerStatuses {
			if pod.UID == uid && s.Name == container && s.State.Running != nil {
				return true
			}
		}
	}
	return false
}

func (e *engine) Exec(ctx context.Context, r apiserver.ExecRequest) error {
	if r.TTY {
		size := <-r.Resize
		_, err := fmt.Fprintf(r.Stdout, "%dx%d, stderr %v", size.Width, size.Height, r.Stderr != nil)
		return err
	}
	cmd := exec.CommandContext(ctx, r.Command[0], r.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r.Stdin, r.Stdout, r.Stderr
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return utilexec.CodeExitError{Err: err, Code: ended.ExitCode()}
	}
	return err
}

func (e *engine) Attach(ctx context.Context, r apiserver.ExecRequest) error {
	r.Command = []string{"cat"}
	return e.Exec(ctx, r)
}

func (e *engine) Dial(_ context.Context, _ types.UID, port int32) (io.ReadWriteCloser, error) {
	return net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
}

func (e *engine) Load(context.Context) ([]apiserver.Record, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []apiserver.Record
	for _, record := range e.records {
		all = append(all, record)
	}
	return all, nil
}

func recordKey(r apiserver.Record) string { return r.Resource + "/" + r.Namespace + "/" + r.Name }

func (e *engine) Save(_ context.Context, r apiserver.Record) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	gr := v1.Resource(r.Resource)
	before, ok := e.records[recordKey(r)]
	switch {
	case r.Revision == 1 && ok:
		return apierrors.NewAlreadyExists(gr, r.Name)
	case ok && before.Revision >= r.Revision:
		return apierrors.NewConflict(gr, r.Name, errors.New("a later revision exists"))
	}
	e.records[recordKey(r)] = r
	return nil
}

func (e *engine) Remove(_ context.Context, r apiserver.Record) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.records, recordKey(r))
	return nil
}

func (e *engine) Node(context.Context) (*v1.Node, error) {
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "testnode"}}
	node.Status.Addresses = []v1.NodeAddress{{Type: v1.NodeInternalIP, Address: "127.0.0.1"}}
	node.Status.Capacity = v1.ResourceList{v1.ResourceCPU: resource.MustParse("2"), v1.ResourceMemory: resource.MustParse("8Gi"), v1.ResourcePods: resource.MustParse("110")}
	node.Status.Allocatable = node.Status.Capacity
	node.Status.NodeInfo = v1.NodeSystemInfo{OperatingSystem: "linux", Architecture: "amd64", KubeletVersion: "v1.37.1", ContainerRuntimeVersion: "docker://0"}
	return node, nil
}

func (e *engine) Runtimes(context.Context) ([]string, error) { return []string{"runc"}, nil }

func (e *engine) PodUsage(context.Context, string) ([]apiserver.PodUsage, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []apiserver.PodUsage
	for uid, pod := range e.pods {
		usage := apiserver.PodUsage{UID: uid, Time: time.Now(), Window: time.Second}
		for _, c := range pod.Spec.Containers {
			usage.Containers = append(usage.Containers, apiserver.ContainerUsage{Name: c.Name, CPU: 250_000_000, Memory: 64 << 20})
		}
		all = append(all, usage)
	}
	return all, nil
}

func (e *engine) NodeUsage(context.Context) (apiserver.PodUsage, error) {
	return apiserver.PodUsage{Time: time.Now(), Window: time.Second, Containers: []apiserver.ContainerUsage{{CPU: 1e9, Memory: 1 << 30}}}, nil
}
