package status

import (
	"fmt"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The reasons of waiting states that are not plan's.
const (
	reasonCreating     = "ContainerCreating"
	reasonInitializing = "PodInitializing"
)

// waiting says what a container waits for.
func (v view) waiting(u unit) v1.ContainerState {
	w := v1.ContainerStateWaiting{Reason: reasonCreating}
	if len(v.inits) > 0 {
		w.Reason = reasonInitializing
	}
	switch wait, found := v.waitOf(u); {
	case v.step.State == plan.Stopped, v.step.State == plan.Stopping:
		w.Reason = Stopped
	case found:
		w.Reason, w.Message = wait.Reason, message(wait)
	case v.notRun(u):
		w.Reason, w.Message = plan.ReasonRunError, u.latest.Error
	}
	return v1.ContainerState{Waiting: &w}
}

// waitOf is what Next says keeps the container from its next attempt, or else
// what whoever keeps the pod has written down of what failed.
func (v view) waitOf(u unit) (plan.Wait, bool) {
	if !v.bringing() {
		return plan.Wait{}, false
	}
	for _, w := range slices.Concat(v.step.Waits, v.told()) {
		if v.concerns(w, u) {
			return w, true
		}
	}
	return plan.Wait{}, false
}

// told are the waits that were written down. Who has tried by itself knows
// better.
func (v view) told() []plan.Wait {
	var waits []plan.Wait
	for _, t := range v.Facts.Waits {
		w := t.Wait()
		if !v.Pulled[w.Fault.Op.Key()] {
			waits = append(waits, w)
		}
	}
	return waits
}

// concerns tells whether a wait is the container's: its own, or for an image
// that another container of the pod or a volume which it mounts uses as well.
// What keeps the whole pod from starting is told by events, not by the states of
// containers.
func (v view) concerns(w plan.Wait, u unit) bool {
	if w.Fault == nil {
		return w.Unit == u.Name && w.Reason != plan.ReasonUnhealthy // that one runs
	}
	op := w.Fault.Op
	pulls := op.Kind == plan.PullImage && (op.Target == u.Image || v.mountsImage(u, op.Target))
	return (w.Unit == u.Name || pulls) && v.ahead(op, u)
}

// mountsImage tells whether the container mounts the files of an image.
func (v view) mountsImage(u unit, image string) bool {
	return slices.ContainsFunc(v.Want.ImageVolumes(), func(volume translate.Volume) bool {
		return volume.Image.Reference == image &&
			slices.ContainsFunc(u.VolumeMounts, func(m v1.VolumeMount) bool { return m.Name == volume.Name })
	})
}

// ahead tells whether a failed operation is in the way still. A world
// remembers failures that are history by now.
func (v view) ahead(op plan.Op, u unit) bool {
	_, remembered := v.Faults[op.Key()]
	if !remembered && !slices.ContainsFunc(v.told(), func(w plan.Wait) bool { return w.Fault.Op.Key() == op.Key() }) {
		return true // Next has just found it
	}
	switch op.Kind {
	case plan.PullImage, plan.CreateUnit:
		return u.latest == nil || op.Attempt > u.latest.Attempt
	case plan.StartUnit:
		return u.latest != nil && op.Target == u.latest.ID && (!u.latest.Ended() || v.goesOn(u))
	}
	return false
}

// goesOn tells whether Next is about to make the next attempt.
func (v view) goesOn(u unit) bool {
	return slices.ContainsFunc(v.step.Ops, func(op plan.Op) bool {
		return op.Unit == u.Name && (op.Kind == plan.CreateUnit || op.Kind == plan.PullImage)
	})
}

// message is what the kubelet says beside the reason.
func message(w plan.Wait) string {
	if w.Reason == plan.ReasonPullBackOff {
		return fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", w.Fault.Op.Target, w.Detail)
	}
	return w.Detail
}
