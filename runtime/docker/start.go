package docker

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/plan"
)

// startPause gives the volumes their modes and the pod's cgroup its limits, and
// starts the pause, also one that was stopped. One that runs already is left as
// it is, volumes included.
func (e *Engine) startPause(ctx context.Context, op plan.Op) error {
	target := op.Target
	if len(op.Volumes) > 0 || op.Cgroup != "" {
		up, err := e.preparePause(ctx, op)
		if up || err != nil {
			return err
		}
	}
	err := e.cli.ContainerStart(ctx, target, container.StartOptions{})
	if err == nil {
		return nil
	}
	name, holders := e.portHolders(ctx, target)
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
		return fmt.Errorf("start %s: %w", name, e.judge(err, plan.ErrStale))
	}
	err = e.judge(err, plan.ErrPermanent)
	if len(holders) > 0 {
		return fmt.Errorf("start %s: %s: %w", name, strings.Join(holders, ", "), err)
	}
	return fmt.Errorf("start %s: %w", name, err)
}

// preparePause gives the volumes of a pause their modes and contents, unless it
// is up: its containers may have changed them since.
func (e *Engine) preparePause(ctx context.Context, op plan.Op) (up bool, err error) {
	found, err := e.inspectOne(ctx, op.Target)
	if err != nil {
		return false, fmt.Errorf("start %s: %w", short(op.Target), e.explain(err))
	}
	if stateOf(found.State) == plan.Running {
		return true, nil
	}
	err = e.prepareVolumes(ctx, found.ID, op.Volumes, op.Payloads)
	if err == nil && op.Cgroup != "" {
		err = e.limitPod(ctx, op.Cgroup, *op.Resources)
	}
	if err != nil {
		return false, fmt.Errorf("start %s: %w", strings.TrimPrefix(found.Name, "/"), err)
	}
	return false, nil
}

// startUnit starts an attempt once. Docker would run an ended container
// again, so it is inspected just before.
func (e *Engine) startUnit(ctx context.Context, target string) error {
	found, err := e.inspectOne(ctx, target)
	if err != nil {
		return fmt.Errorf("start %s: %w", short(target), e.explain(err))
	}
	name := strings.TrimPrefix(found.Name, "/")
	switch seen := containerOf(found); {
	case seen.State == plan.Running:
		return nil
	case seen.Ended():
		return fmt.Errorf("start %s: it has ended with exit code %d: %w", name, seen.ExitCode, plan.ErrStale)
	}
	if e.podman() && !e.joinsRunning(ctx, found) {
		return fmt.Errorf("start %s: its pause does not run: %w", name, plan.ErrStale)
	}
	err = e.cli.ContainerStart(ctx, found.ID, container.StartOptions{})
	switch {
	case err == nil:
		return nil
	case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err):
		return fmt.Errorf("start %s: %w", name, e.judge(err, plan.ErrStale))
	}
	// The attempt is over: Docker has noted an exit code.
	return fmt.Errorf("start %s: %w", name, e.judge(err, plan.ErrPermanent))
}

// portHolders names a container that cannot start, and for every host port
// that it is to publish the running container that publishes it already. A
// port that a program outside Docker holds is not among them. It is for a
// message: failing to find out is no failure.
func (e *Engine) portHolders(ctx context.Context, target string) (name string, holders []string) {
	found, err := e.inspectOne(ctx, target)
	if err != nil {
		return short(target), nil
	}
	name = strings.TrimPrefix(found.Name, "/")
	running, err := e.cli.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return name, nil
	}
	for port, bindings := range found.HostConfig.PortBindings {
		for _, b := range bindings {
			for _, c := range running {
				if publishes(c, port.Proto(), b.HostIP, b.HostPort) {
					holders = append(holders, fmt.Sprintf("host port %s/%s is taken by container %s",
						b.HostPort, port.Proto(), strings.TrimPrefix(c.Names[0], "/")))
				}
			}
		}
	}
	slices.Sort(holders)
	return name, slices.Compact(holders)
}

func publishes(c container.Summary, proto, ip, hostPort string) bool {
	return len(c.Names) > 0 && slices.ContainsFunc(c.Ports, func(p container.Port) bool {
		return p.PublicPort != 0 && p.Type == proto && strconv.Itoa(int(p.PublicPort)) == hostPort && overlaps(p.IP, ip)
	})
}
