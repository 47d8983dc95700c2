package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// createPause creates the pause, and gets its image where it is missing.
func (e *Engine) createPause(ctx context.Context, r translate.Request, progress func(engine.Progress)) error {
	if e.podman() {
		return e.withVolumes(ctx, r, func() error { return e.birth(ctx, r, progress) })
	}
	return e.birth(ctx, r, progress)
}

func (e *Engine) birth(ctx context.Context, r translate.Request, progress func(engine.Progress)) error {
	err := e.create(ctx, r)
	for try := range loads {
		if !errors.Is(err, errNoImage) {
			return err
		}
		wait(ctx, time.Duration(try)*untagged)
		if err := e.bringPauseImage(ctx, r.Config.Image, progress); err != nil {
			return fmt.Errorf("create %s: %w", r.Name, err)
		}
		err = e.create(ctx, r)
	}
	return err
}

// An engine that loads an image which it has takes its name away for a moment:
// who makes a pod just then tries again, a little later each time.
const (
	loads    = 8
	untagged = 50 * time.Millisecond
)

// loading is when the pause image was loaded last.
type loading struct {
	mu sync.Mutex
	at time.Time
}

// bringPauseImage gets the pause image, once for all pods that are made side
// by side on a new engine, and all miss it.
func (e *Engine) bringPauseImage(ctx context.Context, reference string, progress func(engine.Progress)) error {
	e.loading.mu.Lock()
	defer e.loading.mu.Unlock()
	if time.Since(e.loading.at) < loads*loads*untagged {
		return nil
	}
	if err := e.getPauseImage(ctx, reference, progress); err != nil {
		return err
	}
	e.loading.at = time.Now()
	return nil
}

// createUnit creates an attempt. Its image was there when that was decided.
func (e *Engine) createUnit(ctx context.Context, op plan.Op) error {
	r, err := e.withParts(ctx, *op.Request, op.Pause)
	if err != nil {
		return err
	}
	if err := deepMounts(r, e.cli.ClientVersion()); err != nil {
		return err
	}
	err = e.createWithFiles(ctx, shallowMounts(r, e.cli.ClientVersion()), op)
	if errors.Is(err, errNoImage) {
		return fmt.Errorf("%w: %w", err, plan.ErrStale)
	}
	return err
}

// createWithFiles makes the files that an attempt mounts. Those of the first
// ones are there, unless the pause image is not minipod's: the engine says so.
func (e *Engine) createWithFiles(ctx context.Context, r translate.Request, op plan.Op) error {
	if !e.podman() {
		if err := e.create(ctx, r); !cerrdefs.IsInvalidArgument(err) {
			return err
		}
	}
	if err := e.makeFiles(ctx, op.Pause, r); err != nil {
		return err
	}
	return e.create(ctx, r)
}

// errNoImage says that the image of a container to be made is not there.
var errNoImage = errors.New("the engine has no such image")

// create posts a request. The client completes what it is given in place, so
// it gets copies: the request belongs to a Blueprint that others read.
func (e *Engine) create(ctx context.Context, r translate.Request) error {
	config, host := *r.Config, *r.Host
	_, err := e.cli.ContainerCreate(ctx, &config, &host, r.Network, nil, r.Name)
	switch {
	case err == nil:
		return nil
	case cerrdefs.IsConflict(err):
		return fmt.Errorf("create %s: %w", r.Name, e.taken(ctx, r, err))
	case cerrdefs.IsNotFound(err):
		return fmt.Errorf("create %s: %w", r.Name, e.missing(ctx, config.Image, err))
	}
	return fmt.Errorf("create %s: %w", r.Name, e.explain(err))
}

// taken says what a name that is taken means: by the pod itself, that someone
// else was faster; by another pod, that it may soon be free; by a container
// that is none of minipod's, that only its owner can help.
func (e *Engine) taken(ctx context.Context, r translate.Request, conflict error) error {
	holder, err := e.inspectOne(ctx, r.Name)
	if cerrdefs.IsNotFound(err) {
		return e.judge(conflict, plan.ErrStale)
	}
	if err != nil {
		return e.explain(err)
	}
	labels := holder.Config.Labels
	pause := r.Config.Labels[translate.LabelType] == translate.TypeSandbox
	switch {
	case labels[translate.LabelUID] == r.Config.Labels[translate.LabelUID], pause && ours(labels):
		return e.judge(conflict, plan.ErrStale)
	case ours(labels):
		return fmt.Errorf("container %.12s of a former pod (UID %s) has the name still", holder.ID, labels[translate.LabelUID])
	}
	return fmt.Errorf("container %.12s, which is not of a pod, has the name; docker rm -f %s removes it: %w", holder.ID, r.Name, plan.ErrPermanent)
}

// missing tells a missing image from anything else that Docker may miss, such
// as a volume driver.
func (e *Engine) missing(ctx context.Context, image string, notFound error) error {
	_, there, err := e.image(ctx, image)
	if err != nil {
		return err
	}
	// One that has come meanwhile was missing all the same.
	if there && !strings.Contains(strings.ToLower(notFound.Error()), "no such image") {
		return e.judge(notFound, plan.ErrPermanent)
	}
	return fmt.Errorf("%w: %w", errNoImage, e.judge(notFound, nil))
}
