package node

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The texts of the events are the kubelet's (pkg/kubelet/events/event.go and
// its callers).

// news is something that happened to a pod, or to one of its containers.
type news struct {
	unit                  string // empty for the pod
	kind, reason, message string
	at                    time.Time // zero is now
}

// event records news of a pod.
func (n *Node) event(w plan.World, what news) {
	if n.record == nil || w.Want == nil {
		return
	}
	if what.at.IsZero() {
		what.at = n.now()
	}
	pod := w.Want.Pod
	about := v1.ObjectReference{Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}
	if u, ok := w.Want.Unit(what.unit); ok {
		about.FieldPath = fieldPath(u.Path, what.unit)
	}
	n.record(&v1.Event{
		InvolvedObject: about, Type: what.kind, Reason: what.reason, Message: what.message,
		LastTimestamp: metav1.NewTime(what.at),
		Source:        v1.EventSource{Component: "kubelet", Host: n.hostname()}, ReportingController: "kubelet", ReportingInstance: n.hostname(),
	})
}

// fieldPath is how events name a container: spec.containers{name}.
func fieldPath(path, unit string) string {
	for i, c := range path {
		if c == '[' {
			path = path[:i]
			break
		}
	}
	return path + "{" + unit + "}"
}

func (n *Node) hostname() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.info.Hostname
}

func (n *Node) normal(w plan.World, unit, reason, message string) {
	n.event(w, news{unit: unit, kind: v1.EventTypeNormal, reason: reason, message: message})
}

func (n *Node) warning(w plan.World, unit, reason, message string) {
	n.event(w, news{unit: unit, kind: v1.EventTypeWarning, reason: reason, message: message})
}

// attempts tells of containers that were made and started, whoever did it and
// when: the engine knows.
func (n *Node) attempts(w plan.World) {
	before, now := n.starts(w)
	for _, c := range w.Containers {
		started, known := before[c.ID]
		if !known {
			n.event(w, news{c.Unit, v1.EventTypeNormal, "Created", "Container created", c.Created})
		}
		if now[c.ID] && !started {
			n.event(w, news{c.Unit, v1.EventTypeNormal, "Started", "Container started", c.StartedAt})
		}
	}
}

// starts are the containers of a pod, and whether they were started: at the
// last look and at this one.
func (n *Node) starts(w plan.World) (before, now map[string]bool) {
	now = make(map[string]bool, len(w.Containers))
	for _, c := range w.Containers {
		now[c.ID] = !c.StartedAt.IsZero()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	before = n.starting[w.UID]
	n.starting[w.UID] = now
	return before, now
}

// Progress is of no news.
func (n *Node) Progress(engine.Progress) {}

// Began tells of operations that take a while, or end a container.
func (n *Node) Began(w plan.World, op plan.Op) {
	switch op.Kind {
	case plan.PullImage:
		n.normal(w, op.Unit, "Pulling", fmt.Sprintf("Pulling image %q", op.Target))
	case plan.StopUnit:
		n.normal(w, op.Unit, "Killing", killing(w, op))
	case plan.CreateUnit:
		n.present(w, op)
	}
}

// killing says why a container is stopped.
func killing(w plan.World, op plan.Op) string {
	name := "Container " + op.Unit
	if w.Want != nil {
		if u, ok := w.Want.Unit(op.Unit); ok && u.Kind == translate.Sidecar {
			name = "Init container " + op.Unit
		}
	}
	switch {
	case op.Cause == plan.CauseHook:
		return "FailedPostStartHook"
	case op.Cause != "":
		return name + " failed " + op.Cause + " probe, will be restarted"
	case !w.Leaving() && w.Pause != nil && w.Intent() == plan.Wanted:
		return name + " definition changed, will be restarted"
	}
	return "Stopping container " + op.Unit
}

// present tells that an image had not to be pulled, or could not.
func (n *Node) present(w plan.World, op plan.Op) {
	image := op.Request.Config.Image
	pull := plan.Op{Kind: plan.PullImage, Target: image, Attempt: op.Attempt}.Key()
	if w.Pulled[pull] {
		return
	}
	message := fmt.Sprintf("Container image %q already present on machine and can be accessed by the pod", image)
	if _, failed := w.Faults[pull]; failed {
		message = fmt.Sprintf("Container image %q already present on machine and is used, because its registry cannot be reached", image)
	}
	n.normal(w, op.Unit, "Pulled", message)
}

// Done tells how an operation went.
func (n *Node) Done(w plan.World, op plan.Op, took time.Duration, err error) {
	switch {
	case errors.Is(err, plan.ErrStale), w.Forgives(plan.Fault{Op: op, Err: err}):
	case err != nil:
		n.failed(w, op, err)
	case op.Kind == plan.PullImage:
		took = took.Round(time.Millisecond)
		n.normal(w, op.Unit, "Pulled", fmt.Sprintf("Successfully pulled image %q in %s (%s including waiting).", op.Target, took, took))
	}
}

func (n *Node) failed(w plan.World, op plan.Op, err error) {
	switch op.Kind {
	case plan.PullImage:
		n.warning(w, op.Unit, "Failed", fmt.Sprintf("Failed to pull image %q: %s", op.Target, err))
		n.warning(w, op.Unit, "Failed", "Error: ErrImagePull")
	case plan.CreateUnit, plan.StartUnit:
		n.warning(w, op.Unit, "Failed", fmt.Sprintf("Error: %s", err))
	case plan.RunProbe:
		n.unhealthy(w, op, err)
	case plan.PostStart:
		n.warning(w, op.Unit, "FailedPostStartHook", "PostStartHook failed")
	case plan.StopUnit:
		if errors.Is(err, plan.ErrHook) {
			n.warning(w, op.Unit, "FailedPreStopHook", "PreStopHook failed")
			return
		}
		n.warning(w, "", "FailedKillPod", fmt.Sprintf("error killing pod: %s", err))
	case plan.SetPolicy, plan.Note, plan.Revise: // of no account to users
	case plan.FillVolume:
		n.warning(w, "", plan.ReasonFailedMount, fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", op.Payload.Volume.Name, err))
	case plan.StartPause:
		n.warning(w, "", "FailedCreatePodSandBox", fmt.Sprintf("Failed to create pod sandbox: %s", err))
	default:
		n.warning(w, "", "FailedKillPod", fmt.Sprintf("error killing pod: %s", err))
	}
}

// unhealthy tells of a probe that failed, or could not be run.
func (n *Node) unhealthy(w plan.World, op plan.Op, err error) {
	kind := strings.ToUpper(string(op.Check[:1])) + string(op.Check[1:])
	var failure *plan.ProbeFailure
	if errors.As(err, &failure) {
		n.warning(w, op.Unit, "Unhealthy", fmt.Sprintf("%s probe failed: %s", kind, failure.Output))
		return
	}
	n.warning(w, op.Unit, "Unhealthy", fmt.Sprintf("%s probe errored and resulted in unknown state: %s", kind, err))
}

// waits tells what a pod waits for, once for each time that it begins to.
func (n *Node) waits(w plan.World, s plan.Step) {
	begun := n.begun(w, s)
	if reason, message, rejected := plan.Rejection(w); rejected && begun[plan.Wait{}] {
		n.warning(w, "", reason, message)
	}
	for _, wait := range s.Waits {
		if begun[same(wait)] {
			n.wait(w, wait)
		}
	}
}

// begun are the waits that were not there at the last look. The wait of nobody
// for nothing is there from the first look on.
func (n *Node) begun(w plan.World, s plan.Step) map[plan.Wait]bool {
	now := map[plan.Wait]bool{{}: true}
	for _, wait := range s.Waits {
		now[same(wait)] = true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.waiting[w.UID]
	n.waiting[w.UID] = now
	begun := maps.Clone(now)
	maps.DeleteFunc(begun, func(wait plan.Wait, _ bool) bool { return before[wait] })
	return begun
}

// same is all of a wait by which it is known again.
func same(wait plan.Wait) plan.Wait {
	known := plan.Wait{Unit: wait.Unit, Reason: wait.Reason, Until: wait.Until.Round(0).UTC()}
	if wait.Until.IsZero() {
		known.Detail = wait.Detail
	}
	return known
}

func (n *Node) wait(w plan.World, wait plan.Wait) {
	switch wait.Reason {
	case "CrashLoopBackOff":
		pod := w.Want.Pod
		n.warning(w, wait.Unit, "BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s_%s(%s)", wait.Unit, pod.Name, pod.Namespace, pod.UID))
	case "ImagePullBackOff":
		n.normal(w, wait.Unit, "BackOff", fmt.Sprintf("Back-off pulling image %q", wait.Fault.Op.Target))
		n.warning(w, wait.Unit, "Failed", "Error: ImagePullBackOff")
	case "ErrImageNeverPull":
		n.warning(w, wait.Unit, "ErrImageNeverPull", wait.Detail)
		n.warning(w, wait.Unit, "Failed", "Error: ErrImageNeverPull")
	case plan.ReasonFailedMount:
		if wait.Until.IsZero() { // else it is told of where it failed
			n.warning(w, "", wait.Reason, wait.Detail)
		}
	case "CreateContainerConfigError":
		n.warning(w, wait.Unit, "Failed", "Error: "+wait.Detail)
	}
}
