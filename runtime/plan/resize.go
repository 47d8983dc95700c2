package plan

import (
	"fmt"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Resources are the limits of a container that can be changed while it runs;
// zero is none.
type Resources struct {
	CPUShares, CPUQuota, Memory int64
}

// ResourcesOf reads them of a container or of a request.
func ResourcesOf(r container.Resources) Resources {
	return Resources{CPUShares: r.CPUShares, CPUQuota: max(0, r.CPUQuota), Memory: max(0, r.Memory)}
}

// CauseResize is the Op.Cause of a stop because other limits need a restart.
const CauseResize = "resize"

// Unsized is what the limits of an attempt that runs are to become; ok is false
// where it has what the manifest says.
func (w World) Unsized(u translate.Unit, c Container) (want Resources, ok bool) {
	if c.State != Running || u.Request.Host == nil || u.Kind == translate.Ephemeral {
		return want, false
	}
	want = ResourcesOf(u.Request.Host.Resources)
	if c.Resources.CPUShares == 0 {
		want.CPUShares = 0 // an engine without them has left them out
	}
	return want, want != c.Resources || asksOther(u, c)
}

// asksOther reports whether a unit asks for other memory than an attempt was
// made with, and is restarted for that. One that does not tell was made by an
// earlier minipod, or before the unit had that policy.
func asksOther(u translate.Unit, c Container) bool {
	return c.MemoryAsked != "" && u.MemoryAsked() != "" && u.MemoryAsked() != c.MemoryAsked
}

// resize brings the limits of an attempt that runs to what the manifest says,
// and reports whether it has to be restarted for that.
func (s *stepper) resize(u translate.Unit, c Container) (restarts bool) {
	want, unsized := s.w.Unsized(u, c)
	switch {
	case !unsized, s.w.Resized[c.ID] == want && !asksOther(u, c): // an engine may leave out what its kernel cannot do
		return false
	case resizeRestarts(u, want, c):
		op := s.stop(c)
		op.Cause, op.Detail = CauseResize, "its resources were changed, and its resizePolicy says to restart it"
		s.do(op)
		return true
	}
	s.do(Op{Kind: Resize, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Resources: &want})
	return false
}

// UnsizedPod is what the limits of the pod's cgroup are to become; ok is false
// where they are as the manifest has them, and where it has none.
func (w World) UnsizedPod() (want Resources, ok bool) {
	if w.Pause == nil || w.Pause.Cgroup == "" || w.Pause.State != Running || w.Want == nil || w.Want.Pause.Host.CgroupParent == "" {
		return want, false
	}
	want = ResourcesOf(w.Want.Pause.Host.Resources)
	if w.Pause.Resources.CPUShares == 0 {
		want.CPUShares = 0
	}
	return want, want != w.Pause.Resources
}

// resizePod brings the limits of the pod's cgroup to what the manifest says. The
// kernel lets no container have a larger quota than its pod: where that grows
// containers wait for it, else it waits for them.
func (s *stepper) resizePod() (first bool) {
	want, unsized := s.w.UnsizedPod()
	pause := s.w.Pause
	if !unsized || s.w.Resized[pause.ID] == want {
		return false
	}
	for _, c := range s.w.Containers {
		if c.State == Running && want.CPUQuota > 0 && c.Resources.CPUQuota > want.CPUQuota {
			return false
		}
	}
	s.do(Op{Kind: Resize, Target: pause.ID, Cgroup: pause.Cgroup, Resources: &want})
	grows := pause.Resources.CPUQuota > 0 && (want.CPUQuota == 0 || want.CPUQuota > pause.Resources.CPUQuota)
	return grows && s.w.PodResizeFault() == nil
}

// PodResizeFault is why the limits of the pod's cgroup could not be changed; nil
// where nothing failed.
func (w World) PodResizeFault() error {
	want, unsized := w.UnsizedPod()
	if !unsized {
		return nil
	}
	return w.Faults[Op{Kind: Resize, Target: w.Pause.ID, Resources: &want}.Key()].Err
}

// resizeRestarts reports whether the container's resizePolicy has it restarted
// for a change (pkg/kubelet/kuberuntime, computePodResizeAction).
func resizeRestarts(u translate.Unit, want Resources, c Container) bool {
	have := c.Resources
	cpu := want.CPUShares != have.CPUShares || want.CPUQuota != have.CPUQuota
	return cpu && u.RestartsToResize(v1.ResourceCPU) ||
		want.Memory != have.Memory && u.RestartsToResize(v1.ResourceMemory) || asksOther(u, c)
}

// resizes reports whether an operation is what an attempt needs still.
func (w World) resizes(op Op) bool {
	if w.Want == nil || op.Resources == nil {
		return false
	}
	if op.Unit == "" {
		want, unsized := w.UnsizedPod()
		return unsized && w.Pause.ID == op.Target && want == *op.Resources
	}
	u, ok := w.Want.Unit(op.Unit)
	c := w.Latest(op.Unit)
	if !ok || c == nil || c.ID != op.Target {
		return false
	}
	want, unsized := w.Unsized(u, *c)
	return unsized && want == *op.Resources
}

// ResizeFault is why the limits of an attempt could not be changed; nil where
// nothing failed.
func (w World) ResizeFault(u translate.Unit, c Container) error {
	want, unsized := w.Unsized(u, c)
	if !unsized {
		return nil
	}
	return w.Faults[Op{Kind: Resize, Target: c.ID, Resources: &want}.Key()].Err
}

func (r Resources) String() string { return fmt.Sprintf("%d/%d/%d", r.CPUShares, r.CPUQuota, r.Memory) }
