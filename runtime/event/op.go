package event

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Began tells of operations that take a while, or end a container.
func Began(w plan.World, op plan.Op, now time.Time) []Event {
	switch op.Kind {
	case plan.PullImage:
		return []Event{normal(op.Unit, reasonPulling, fmt.Sprintf("Pulling image %q", op.Target), now)}
	case plan.StopUnit, plan.PreStop:
		if op.Kind == plan.StopUnit && w.PreStopDone(op.Target) {
			return nil
		}
		e := normal(op.Unit, "Killing", killing(w, op), now)
		if op.Cause != "" {
			e.Attempt, e.Why = op.Target, op.Detail
		}
		return []Event{e}
	}
	return nil
}

// What is said of containers that are stopped because the manifest has them
// start again; of the first the kubelet says no more.
const (
	resetMessage  = "killing"
	resizeMessage = " resize requires restart"
	changeMessage = " definition changed"
)

// Meant reports whether a container was stopped because its manifest has it
// start again, and not because a probe or a hook has failed.
func (e Event) Meant() bool {
	return e.Message == resetMessage || strings.Contains(e.Message, resizeMessage) || strings.Contains(e.Message, changeMessage)
}

// killing says why a container is stopped. An init container is not said to be
// restarted (kuberuntime_container.go, computeInitContainerActions).
func killing(w plan.World, op plan.Op) string {
	name, restarted := "Container "+op.Unit, ""
	if w.Want != nil {
		u, ok := w.Want.Unit(op.Unit)
		switch {
		case ok && (u.Kind == translate.Sidecar || u.Kind == translate.Init):
			name = "Init container " + op.Unit
		case op.Cause == plan.CauseChange || ok && u.Restart != v1.RestartPolicyNever:
			restarted = ", will be restarted"
		}
	}
	switch {
	case op.Cause == plan.CauseHook:
		return "FailedPostStartHook"
	case op.Cause == plan.CauseReset:
		return resetMessage
	case op.Cause == plan.CauseResize:
		return name + resizeMessage + restarted
	case op.Cause == plan.CauseChange:
		return name + changeMessage + restarted
	case op.Cause != "":
		return name + " failed " + op.Cause + " probe" + restarted
	}
	return "Stopping container " + op.Unit
}

// Unpulled tells that an image had not to be pulled, or could not: as its
// container begins to be made, once for all who came too late to make it. It is
// to be told With that container, which another process may have made already.
func Unpulled(w plan.World, op plan.Op, now time.Time) []Event {
	image := op.Request.Config.Image
	pull := plan.Op{Kind: plan.PullImage, Target: image, Attempt: op.Attempt}.Key()
	if _, late := w.Late[op.Key()]; late || w.Pulled[pull] {
		return nil
	}
	message := present(image)
	if _, failed := w.Faults[pull]; failed {
		message = fmt.Sprintf("Container image %q already present on machine and is used, because its registry cannot be reached", image)
	}
	return []Event{normal(op.Unit, reasonPulled, message, now)}
}

// Done tells how an operation went, but for a pull that succeeded: see Pulled.
func Done(w plan.World, op plan.Op, err error, now time.Time) []Event {
	switch {
	case errors.Is(err, plan.ErrStale), w.Forgives(plan.Fault{Op: op, Err: err}):
	case err != nil:
		return failed(w, op, err, now)
	case op.Kind == plan.Revise && op.Pod.Annotations[translate.AnnotationReason] == plan.ReasonDeadline:
		return []Event{normal("", plan.ReasonDeadline, plan.DeadlineMessage, now)}
	case op.Kind == plan.Revise && op.Pod.Annotations[translate.AnnotationReason] == plan.ReasonEvicted:
		return []Event{warning("", plan.ReasonEvicted, op.Pod.Annotations[translate.AnnotationMessage], now)}
	}
	return nil
}

// With is the event at the time when the container was made for which an operation
// was: the same for all who tried to make it, so that it is counted once. made is
// false where that is not there yet.
func (e Event) With(w plan.World, op plan.Op) (with Event, made bool) {
	i := slices.IndexFunc(w.Containers, func(c plan.Container) bool { return c.Unit == op.Unit && c.Attempt == op.Attempt })
	if i < 0 {
		return e, false
	}
	e.First, e.Last = w.Containers[i].Created, w.Containers[i].Created
	return e, true
}

// Pulled tells that an image was pulled, as the next look finds it: no later than
// another one has made the container that it was pulled for.
func Pulled(w plan.World, op plan.Op, took time.Duration, at time.Time) Event {
	took = took.Round(time.Millisecond)
	message := fmt.Sprintf("Successfully pulled image %q in %s (%s including waiting).", op.Target, took, took)
	if size := w.Images[op.Target].Size; size > 0 {
		message += fmt.Sprintf(" Image size: %d bytes.", size)
	}
	e := normal(op.Unit, reasonPulled, message, at)
	if with, made := e.With(w, op); made && with.First.Before(at) {
		return with
	}
	return e
}

func failed(w plan.World, op plan.Op, err error, now time.Time) []Event {
	warn := func(unit, reason, message string) []Event { return []Event{warning(unit, reason, message, now)} }
	switch op.Kind {
	case plan.PullImage:
		return append(
			warn(op.Unit, reasonFailed, fmt.Sprintf("Failed to pull image %q: %s", op.Target, err)),
			warn(op.Unit, reasonFailed, "Error: ErrImagePull")...)
	case plan.CreateUnit, plan.StartUnit:
		return warn(op.Unit, reasonFailed, "Error: "+refusal(w, op, err))
	case plan.RunProbe:
		return probed(op, err, now)
	case plan.PostStart:
		return warn(op.Unit, "FailedPostStartHook", "PostStartHook failed")
	case plan.PreStop:
		return warn(op.Unit, "FailedPreStopHook", "PreStopHook failed")
	case plan.SetPolicy, plan.Note, plan.Revise, plan.Measure: // of no account to users
		return nil
	case plan.FillVolume:
		return warn("", plan.ReasonFailedMount, fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", op.Payload.Volume.Name, err))
	case plan.CheckPath:
		return warn("", plan.ReasonFailedMount, fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", op.HostPath.Volume, err))
	case plan.Resize:
		return warn("", "ResizeError", fmt.Sprintf("Pod resize error: %s", err))
	case plan.StartPause:
		return warn("", plan.ReasonSandbox, "Failed to create pod sandbox: "+steady(w, op, err))
	}
	return warn("", "FailedKillPod", fmt.Sprintf("error killing pod: %s", err))
}

// refusal is why a container was not made or not started, as a kubelet on Docker
// passes it on (cri-dockerd, core/container_start.go).
func refusal(w plan.World, op plan.Op, err error) string {
	words := err
	if inner := errors.Unwrap(err); inner != nil {
		words = inner // the engine's own
	}
	text := steady(w, op, words)
	if !errors.Is(err, plan.ErrConfig) && !errors.Is(err, plan.ErrUnreachable) {
		text = "Error response from daemon: " + text
	}
	if op.Kind == plan.StartUnit {
		text = fmt.Sprintf("failed to start container %q: %s", op.Unit, text)
	}
	return text
}

// steady is the text of an error without what is another with each try, so that
// it is one event that is counted. An attempt is called by its unit's name, as
// the kubelet does (kuberuntime_container.go, recordContainerEvent), and so is
// what has an ID.
func steady(w plan.World, op plan.Op, err error) string {
	name, attempt := cmp.Or(op.Unit, w.Name), op.Target
	if i := slices.IndexFunc(w.Containers, func(c plan.Container) bool { return c.ID == op.Target }); i >= 0 {
		attempt = w.Containers[i].Name
	}
	// Docker's IDs, whole or as they are shown; UIDs, which are in the names of volumes, stay.
	id := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{12}([0-9a-f]{52})?\b`)
	return id.ReplaceAllStringFunc(strings.ReplaceAll(err.Error(), cmp.Or(attempt, name), name), func(found string) string {
		if strings.Contains(found, "-") {
			return found
		}
		return name
	})
}

// probed tells of a probe that failed, could not be run, or succeeded though not
// as it should.
func probed(op plan.Op, err error, now time.Time) []Event {
	kind := strings.ToUpper(string(op.Check[:1])) + string(op.Check[1:])
	state := "unknown"
	if errors.As(err, new(*plan.ProbeBroken)) {
		state = "failure"
	}
	reason, message := "Unhealthy", fmt.Sprintf("%s probe errored and resulted in %s state: %s", kind, state, err)
	var failure *plan.ProbeFailure
	var warned *plan.ProbeWarning
	switch {
	case errors.As(err, &failure):
		message = fmt.Sprintf("%s probe failed: %s", kind, failure.Output)
	case errors.As(err, &warned):
		reason, message = "ProbeWarning", fmt.Sprintf("%s probe warning: %s", kind, warned.Output)
	}
	return []Event{warning(op.Unit, reason, message, now)}
}
