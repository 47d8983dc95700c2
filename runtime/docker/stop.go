package docker

import (
	"context"
	"fmt"
	"math"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
)

// pauseGrace is the least that a pause gets to end by itself. minipod's own
// ends at once.
const pauseGrace = 2 * time.Second

// stopMargin is how long a container may take to end after its grace, when it
// has been killed. The engine itself gives up earlier.
const stopMargin = 15 * time.Second

// stop ends a container: the stop signal, and after the grace the kill. It
// returns when the container does not run any more. An engine that says that
// it has stopped the container, which runs on, may do so the next time.
func (e *Engine) stop(ctx context.Context, name string, grace time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, grace+stopMargin)
	defer cancel()
	err := e.stopOnce(bounded, name, grace)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("stop %s: %s after the end of its grace it runs on", short(name), stopMargin)
	}
	return err
}

func (e *Engine) stopOnce(ctx context.Context, name string, grace time.Duration) error {
	var err error
	if seconds := int(math.Ceil(grace.Seconds())); seconds > 0 {
		err = e.cli.ContainerStop(ctx, name, container.StopOptions{Timeout: &seconds})
	} else {
		err = e.cli.ContainerKill(ctx, name, "KILL")
	}
	switch {
	case cerrdefs.IsNotFound(err), cerrdefs.IsNotModified(err):
		return nil
	case cerrdefs.IsConflict(err): // a kill of a container that does not run
	case err != nil:
		return fmt.Errorf("stop %s: %w", short(name), e.explain(err))
	}
	if err := e.await(ctx, name, container.WaitConditionNotRunning); err != nil {
		return fmt.Errorf("stop %s: %w", short(name), err)
	}
	return nil
}

// remove removes a container with its anonymous volumes, running or not. It
// returns when the container is gone.
func (e *Engine) remove(ctx context.Context, name string) error {
	err := e.cli.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
	switch {
	case err == nil, cerrdefs.IsNotFound(err):
		return nil
	case cerrdefs.IsConflict(err):
		err = e.awaitRemoval(ctx, name, err)
	default:
		err = e.explain(err)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", short(name), err)
	}
	return nil
}

// removalTime bounds the wait for a removal that someone else has begun. It
// is well over what a kill takes.
const removalTime = 15 * time.Second

// awaitRemoval waits for a removal that someone else has begun: the state
// does not tell, since a container that is killed for it still runs. A
// conflict that lasts, such as a container that others depend on, may pass
// later.
func (e *Engine) awaitRemoval(ctx context.Context, name string, conflict error) error {
	bounded, cancel := context.WithTimeout(ctx, removalTime)
	defer cancel()
	err := e.await(bounded, name, container.WaitConditionRemoved)
	if err != nil && bounded.Err() == nil {
		return err
	}
	if _, err = e.cli.ContainerInspect(ctx, name); cerrdefs.IsNotFound(err) {
		return nil
	}
	return e.judge(conflict, nil) // it is still there
}

// await waits for a condition; a container that is not there has met it. An
// error within the answer is no failure to wait: it is why the container's
// last start failed.
func (e *Engine) await(ctx context.Context, name string, condition container.WaitCondition) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	met, failed := e.cli.ContainerWait(ctx, name, condition)
	select {
	case <-met:
		return nil
	case err := <-failed:
		if cerrdefs.IsNotFound(err) {
			return nil
		}
		return e.explain(err)
	}
}

// removeVolume removes a volume. One that is in use may be free later.
func (e *Engine) removeVolume(ctx context.Context, name string) error {
	err := e.cli.VolumeRemove(ctx, name, false)
	switch {
	case err == nil, cerrdefs.IsNotFound(err):
		return nil
	case cerrdefs.IsConflict(err):
		return fmt.Errorf("remove volume %s: %w", name, e.judge(err, nil))
	}
	return fmt.Errorf("remove volume %s: %w", name, e.explain(err))
}
