package docker

import (
	"context"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/plan"
)

// cpuPeriod is the period that quotas count in, in microseconds.
const cpuPeriod = 100_000

// resize changes the limits of a container that runs, or of the pod. A memory
// limit below what it uses would kill it: that is refused, as the kubelet does.
func (e *Engine) resize(ctx context.Context, op plan.Op) error {
	if op.Cgroup != "" {
		return e.resizePod(ctx, op)
	}
	want := *op.Resources
	if want.Memory > 0 {
		used, err := e.Stats(ctx, op.Target)
		if err != nil {
			return fmt.Errorf("resize %s: %w", short(op.Target), err)
		}
		if used.Usage > uint64(want.Memory) {
			return fmt.Errorf("attempting to set container %q memory limit (%d) below current usage (%d)", op.Unit, want.Memory, used.Usage)
		}
	}
	return e.update(ctx, op.Target, limitsOf(want))
}

// limitsOf is how the engine is told limits.
func limitsOf(want plan.Resources) container.Resources {
	return container.Resources{
		CPUShares: want.CPUShares, CPUPeriod: cpuPeriod, CPUQuota: orNone(want.CPUQuota), Memory: want.Memory, MemorySwap: want.Memory,
	}
}

// update changes limits of a container. Those that are zero stay.
func (e *Engine) update(ctx context.Context, id string, limits container.Resources) error {
	_, err := e.cli.ContainerUpdate(ctx, id, container.UpdateConfig{Resources: limits})
	switch {
	case err == nil:
		return nil
	case cerrdefs.IsConflict(err), cerrdefs.IsNotFound(err) && e.removing(ctx, id):
		return fmt.Errorf("resize %s: %w", short(id), e.judge(err, plan.ErrStale))
	case cerrdefs.IsNotFound(err): // Podman 4 has no such call
		return fmt.Errorf("resize %s: %w", short(id), e.judge(err, plan.ErrUnsupported))
	}
	return fmt.Errorf("resize %s: %w", short(id), e.explain(err))
}
