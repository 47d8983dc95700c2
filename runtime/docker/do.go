package docker

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Do does one operation: see loop.Engine.
func (e *Engine) Do(ctx context.Context, op plan.Op, progress func(engine.Progress)) error {
	if progress == nil {
		progress = func(engine.Progress) {}
	}
	switch op.Kind {
	case plan.CreatePause:
		return e.createPause(ctx, *op.Request, progress)
	case plan.StartPause:
		return e.startPause(ctx, op)
	case plan.StopPause:
		return e.stop(ctx, op.Target, max(op.Grace, pauseGrace))
	case plan.SetPolicy:
		return e.setPolicy(ctx, op.Target, op.Policy)
	case plan.Revise:
		return e.revise(ctx, op)
	case plan.PullImage:
		return e.pull(ctx, op, progress)
	case plan.CreateUnit:
		return e.createUnit(ctx, op)
	case plan.StartUnit:
		return e.startUnit(ctx, op.Target)
	case plan.StopUnit:
		return e.stop(ctx, op.Target, op.Grace)
	case plan.Resize:
		return e.resize(ctx, op)
	case plan.RunProbe, plan.PostStart:
		return e.act(ctx, op)
	case plan.PreStop:
		return e.preStop(ctx, op)
	case plan.Measure:
		return e.measure(ctx, op.Target, *op.Disk)
	case plan.Note:
		return e.note(ctx, op)
	case plan.CopyImage:
		return e.copyImage(ctx, op)
	case plan.CheckPath:
		return e.checkPath(ctx, *op.HostPath)
	case plan.FillVolume:
		return e.fillVolume(ctx, op)
	case plan.RemovePause:
		return e.removePause(ctx, op)
	case plan.RemoveUnit:
		return e.remove(ctx, op.Target)
	case plan.RemoveHelper:
		return e.removeHelper(ctx, op.Target)
	case plan.RemoveVolume:
		return e.removeVolume(ctx, op.Target)
	}
	return fmt.Errorf("%s %s: the engine knows no such operation: %w", op.Kind, op.Target, plan.ErrPermanent)
}

// revise writes a later manifest of a pod down, as a record: creating it takes
// its number.
func (e *Engine) revise(ctx context.Context, op plan.Op) error {
	name, labels := translate.Revision(op.Pod, op.Revision)
	if err := e.putOnce(ctx, Record{Name: name, Labels: labels}); err != nil {
		return fmt.Errorf("revise pod %s: %w", op.Pod.Name, err)
	}
	e.asked.Store(op.Pod.UID, op.Revision)
	return nil
}

// putOnce makes a record that is decided on a world in which it is not there.
func (e *Engine) putOnce(ctx context.Context, r Record) error {
	_, err := e.PutRecord(ctx, r)
	if errors.Is(err, engine.ErrExists) {
		return fmt.Errorf("%w: %w", err, plan.ErrStale)
	}
	return err
}

// setPolicy changes the restart policy, the one thing of a live container
// that Docker lets a client change. Podman 4 has no such call, and says so as
// if there were no such container.
func (e *Engine) setPolicy(ctx context.Context, pause string, policy plan.Policy) error {
	update := func() error {
		_, err := e.cli.ContainerUpdate(ctx, pause, container.UpdateConfig{
			RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyMode(policy)},
		})
		return err
	}
	err := update()
	if err != nil && !cerrdefs.IsNotFound(err) && !e.removing(ctx, pause) && e.ends(ctx, pause) {
		err = update() // which a container that is just ending does not take
	}
	switch {
	case err == nil:
		return nil
	case e.removing(ctx, pause):
		return fmt.Errorf("set the restart policy of %s: it is being removed: %w", short(pause), plan.ErrStale)
	case cerrdefs.IsNotFound(err):
		return fmt.Errorf("set the restart policy of %s: %w", short(pause), e.judge(err, plan.ErrUnsupported))
	}
	return fmt.Errorf("set the restart policy of %s to %s: %w", short(pause), policy, e.explain(err))
}

// ends tells whether a container that may be ending has ended.
func (e *Engine) ends(ctx context.Context, name string) bool {
	bounded, cancel := context.WithTimeout(ctx, pauseGrace)
	defer cancel()
	return e.await(bounded, name, container.WaitConditionNotRunning) == nil && bounded.Err() == nil
}

// removing tells whether a container is gone, or as good as that.
func (e *Engine) removing(ctx context.Context, name string) bool {
	found, err := e.inspectOne(ctx, name)
	if err != nil {
		return cerrdefs.IsNotFound(err)
	}
	return found.State.Dead || found.State.Status == container.StateRemoving
}
