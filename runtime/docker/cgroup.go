package docker

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// machineCgroups is where the engine's machine has the hierarchies of its
// cgroups mounted; these are all that Linux knows.
const machineCgroups = "/sys/fs/cgroup"

func hierarchies() []string {
	return []string{
		"cpu", "cpuacct", "cpu,cpuacct", "memory", "cpuset", "blkio", "devices", "freezer", "hugetlb", "misc",
		"net_cls", "net_prio", "net_cls,net_prio", "perf_event", "pids", "rdma", "systemd", "unified",
	}
}

// cgroupOf is the cgroup of the pod that a pause is in. Podman tells of one that
// is not the pod's.
func cgroupOf(pause *container.HostConfig) string {
	if translate.IsPodCgroup(pause.CgroupParent) {
		return pause.CgroupParent
	}
	return ""
}

// limitPod makes the cgroup of a pod and writes limits into it. The engine, in
// whose API no such thing exists, makes those of containers in it.
func (e *Engine) limitPod(ctx context.Context, cgroup string, want plan.Resources) error {
	cpu, memory := path.Join(hostTarget, "cpu", cgroup), path.Join(hostTarget, "memory", cgroup)
	return e.changeCgroups(ctx,
		cpu, "+", memory, "+",
		path.Join(cpu, "cpu.shares"), number(max(want.CPUShares, leastShares)),
		path.Join(cpu, "cpu.cfs_period_us"), number(cpuPeriod),
		path.Join(cpu, "cpu.cfs_quota_us"), number(orNone(want.CPUQuota)),
		path.Join(memory, "memory.limit_in_bytes"), number(orNone(want.Memory)),
	)
}

// leastShares is what the kernel takes.
const leastShares = 2

func number(n int64) string { return strconv.FormatInt(n, 10) }

// orNone is a limit in the kernel's words, where -1 is none.
func orNone(limit int64) int64 {
	if limit == 0 {
		return -1
	}
	return limit
}

// dropCgroup removes the cgroup of a pod in which no container is left.
func (e *Engine) dropCgroup(ctx context.Context, cgroup string) error {
	var args []string
	for _, hierarchy := range hierarchies() {
		args = append(args, path.Join(hostTarget, hierarchy, cgroup), "-")
	}
	return e.changeCgroups(ctx, args...)
}

// changeCgroups runs the pause program with the machine's cgroups before it:
// changes are pairs of a path and what becomes of it.
func (e *Engine) changeCgroups(ctx context.Context, changes ...string) error {
	r := translate.Helper("limit", changes...)
	r.Host.Binds, r.Host.UsernsMode = []string{machineCgroups + ":" + hostTarget}, "host"
	_, complaint, err := e.runHelper(ctx, r)
	if err == nil && complaint != "" {
		err = errors.New(complaint)
	}
	if err != nil {
		return fmt.Errorf("change the pod's cgroup: %w", err)
	}
	return nil
}

// removePause removes the pause, and before it the cgroup of the pod: what is
// left of a pod whose removal is broken off still tells of it. On the way it
// removes the helpers that others have left.
func (e *Engine) removePause(ctx context.Context, op plan.Op) error {
	if op.Cgroup != "" {
		if err := e.stop(ctx, op.Target, pauseGrace); err != nil {
			return err
		}
		if err := e.dropCgroup(ctx, op.Cgroup); err != nil {
			return err
		}
	}
	e.dropHelpers(ctx)
	return e.remove(ctx, op.Target)
}

// resizePod changes the limits of a pod's cgroup, and then those of its pause,
// which tell what the cgroup has. The kernel lets neither have a smaller quota
// than what is in it: the pause has none meanwhile.
func (e *Engine) resizePod(ctx context.Context, op plan.Op) error {
	want := *op.Resources
	used, err := e.podUsage(ctx, op.Target)
	if err != nil {
		return fmt.Errorf("resize %s: %w", short(op.Target), err)
	}
	if want.Memory > 0 && used > uint64(want.Memory) {
		return fmt.Errorf("attempting to set pod memory limit (%d) below current usage (%d)", want.Memory, used)
	}
	if err := e.update(ctx, op.Target, container.Resources{CPUPeriod: cpuPeriod, CPUQuota: -1}); err != nil {
		return err
	}
	if err := e.limitPod(ctx, op.Cgroup, want); err != nil {
		return err
	}
	return e.update(ctx, op.Target, limitsOf(want))
}

// podUsage is the memory that the containers of a pause's pod use.
func (e *Engine) podUsage(ctx context.Context, id string) (bytes uint64, err error) {
	found, err := e.inspectOne(ctx, id)
	if err != nil {
		return 0, e.explain(err)
	}
	label := translate.LabelUID + "=" + found.Config.Labels[translate.LabelUID]
	list, err := e.cli.ContainerList(ctx, container.ListOptions{Filters: filters.NewArgs(filters.Arg("label", label))})
	if err != nil {
		return 0, e.explain(err)
	}
	used := make([]uint64, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(engine.Samplers)
	for i, c := range list {
		group.Go(func() error {
			stats, err := e.Stats(ctx, c.ID)
			used[i] = stats.Usage
			if errors.Is(err, plan.ErrStale) {
				return nil // it is gone meanwhile
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	for _, n := range used {
		bytes += n
	}
	return bytes, nil
}
