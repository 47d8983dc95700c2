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
// where they are as the manifest has them.
func (w World) Unsized(u translate.Unit, c Container) (want Resources, ok bool) {
	if c.State != Running || u.Request.Host == nil || u.Kind == translate.Ephemeral {
		return want, false
	}
	want = ResourcesOf(u.Request.Host.Resources)
	if c.Resources.CPUShares == 0 {
		want.CPUShares = 0 // an engine without them has left them out
	}
	return want, want != c.Resources
}

// resize brings the limits of an attempt that runs to what the manifest says,
// and reports whether it has to be restarted for that.
func (s *stepper) resize(u translate.Unit, c Container) (restarts bool) {
	want, unsized := s.w.Unsized(u, c)
	switch {
	case !unsized, s.w.Resized[c.ID] == want: // an engine may leave out what its kernel cannot do
		return false
	case resizeRestarts(u, want, c.Resources):
		op := s.stop(c)
		op.Cause, op.Detail = CauseResize, "its resources were changed, and its resizePolicy says to restart it"
		s.do(op)
		return true
	}
	s.do(Op{Kind: Resize, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Resources: &want})
	return false
}

// resizeRestarts reports whether the container's resizePolicy has it restarted
// for a change.
func resizeRestarts(u translate.Unit, want, have Resources) bool {
	for _, policy := range u.Container.ResizePolicy {
		if policy.RestartPolicy != v1.RestartContainer {
			continue
		}
		cpu := want.CPUShares != have.CPUShares || want.CPUQuota != have.CPUQuota
		if policy.ResourceName == v1.ResourceCPU && cpu || policy.ResourceName == v1.ResourceMemory && want.Memory != have.Memory {
			return true
		}
	}
	return false
}

// resizes reports whether an operation is what an attempt needs still.
func (w World) resizes(op Op) bool {
	if w.Want == nil || op.Resources == nil {
		return false
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
