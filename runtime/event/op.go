package event

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Began tells of operations that take a while, or end a container.
func Began(w plan.World, op plan.Op, now time.Time) []Event {
	switch op.Kind {
	case plan.PullImage:
		return []Event{normal(op.Unit, "Pulling", fmt.Sprintf("Pulling image %q", op.Target), now)}
	case plan.StopUnit:
		return []Event{normal(op.Unit, "Killing", killing(w, op), now)}
	case plan.CreateUnit:
		return unpulled(w, op, now)
	}
	return nil
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
	case op.Cause == plan.CauseReset:
		return "killing" // the kubelet says no more
	case op.Cause != "":
		return name + " failed " + op.Cause + " probe, will be restarted"
	case !w.Leaving() && w.Pause != nil && w.Intent() == plan.Wanted:
		return name + " definition changed, will be restarted"
	}
	return "Stopping container " + op.Unit
}

// unpulled tells that an image had not to be pulled, or could not.
func unpulled(w plan.World, op plan.Op, now time.Time) []Event {
	image := op.Request.Config.Image
	pull := plan.Op{Kind: plan.PullImage, Target: image, Attempt: op.Attempt}.Key()
	if w.Pulled[pull] {
		return nil
	}
	message := present(image)
	if _, failed := w.Faults[pull]; failed {
		message = fmt.Sprintf("Container image %q already present on machine and is used, because its registry cannot be reached", image)
	}
	return []Event{normal(op.Unit, reasonPulled, message, now)}
}

// Done tells how an operation went.
func Done(w plan.World, op plan.Op, took time.Duration, err error, now time.Time) []Event {
	switch {
	case errors.Is(err, plan.ErrStale), w.Forgives(plan.Fault{Op: op, Err: err}):
	case err != nil:
		return failed(w, op, err, now)
	case op.Kind == plan.PullImage:
		took = took.Round(time.Millisecond)
		return []Event{normal(op.Unit, reasonPulled, fmt.Sprintf("Successfully pulled image %q in %s (%s including waiting).", op.Target, took, took), now)}
	}
	return nil
}

func failed(w plan.World, op plan.Op, err error, now time.Time) []Event {
	warn := func(unit, reason, message string) []Event { return []Event{warning(unit, reason, message, now)} }
	switch op.Kind {
	case plan.PullImage:
		return append(
			warn(op.Unit, "Failed", fmt.Sprintf("Failed to pull image %q: %s", op.Target, err)),
			warn(op.Unit, "Failed", "Error: ErrImagePull")...)
	case plan.CreateUnit, plan.StartUnit:
		return warn(op.Unit, "Failed", fmt.Sprintf("Error: %s", err))
	case plan.RunProbe:
		return warn(op.Unit, "Unhealthy", unhealthy(op, err))
	case plan.PostStart:
		return warn(op.Unit, "FailedPostStartHook", "PostStartHook failed")
	case plan.StopUnit:
		if errors.Is(err, plan.ErrHook) {
			return warn(op.Unit, "FailedPreStopHook", "PreStopHook failed")
		}
	case plan.SetPolicy, plan.Note, plan.Revise: // of no account to users
		return nil
	case plan.FillVolume:
		return warn("", plan.ReasonFailedMount, fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", op.Payload.Volume.Name, err))
	case plan.StartPause:
		return warn("", "FailedCreatePodSandBox", fmt.Sprintf("Failed to create pod sandbox: %s", err))
	}
	return warn("", "FailedKillPod", fmt.Sprintf("error killing pod: %s", err))
}

// unhealthy tells of a probe that failed, or could not be run.
func unhealthy(op plan.Op, err error) string {
	kind := strings.ToUpper(string(op.Check[:1])) + string(op.Check[1:])
	var failure *plan.ProbeFailure
	if errors.As(err, &failure) {
		return fmt.Sprintf("%s probe failed: %s", kind, failure.Output)
	}
	return fmt.Sprintf("%s probe errored and resulted in unknown state: %s", kind, err)
}
