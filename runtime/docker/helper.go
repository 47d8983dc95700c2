package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

// output runs a container of the pause image to its end and is what it
// printed. Nothing is left of it, also when ctx ends: the engine removes it at
// its end, and one that has not come to that is removed here.
func (e *Engine) output(ctx context.Context, r translate.Request) (text string, err error) {
	text, complaint, err := e.runHelper(ctx, r)
	if err == nil && (complaint != "" || text == "") {
		err = fmt.Errorf("a helper container has read nothing: %s", complaint)
	}
	if err != nil {
		return "", err
	}
	return text, nil
}

// runHelper is output for a container that need not print anything: text is what
// it has printed, complaint what it has on stderr.
func (e *Engine) runHelper(ctx context.Context, r translate.Request) (text, complaint string, err error) {
	id, err := e.createHelper(ctx, r)
	if err != nil {
		return "", "", fmt.Errorf("create helper container: %w", err)
	}
	defer func() { err = errors.Join(err, e.removeHelper(ctx, id)) }()
	conn, err := e.cli.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return "", "", fmt.Errorf("attach to helper container %.12s: %w", id, e.explain(err))
	}
	if err := e.cli.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		conn.Close()
		return "", "", fmt.Errorf("start helper container %.12s: %w", id, e.explain(err))
	}
	var out, errs bytes.Buffer
	if err := e.pump(ctx, newSession(conn, engine.Stdio{Stdout: &out, Stderr: &errs})); err != nil {
		return "", "", fmt.Errorf("read from helper container %.12s: %w", id, err)
	}
	return out.String(), strings.TrimSpace(errs.String()), nil
}

// createHelper is not broken off when ctx ends: the engine would go on with a
// container that nobody knows of.
func (e *Engine) createHelper(ctx context.Context, r translate.Request) (id string, err error) {
	ctx = context.WithoutCancel(ctx)
	e.dropHelpers(ctx)
	create := func() error {
		made, err := e.cli.ContainerCreate(ctx, r.Config, r.Host, nil, nil, "")
		id = made.ID
		return err
	}
	err = create()
	if cerrdefs.IsNotFound(err) {
		if err := e.getPauseImage(ctx, r.Config.Image, func(engine.Progress) {}); err != nil {
			return "", err
		}
		err = create()
	}
	return id, e.explain(err)
}

// removeHelper removes a helper that the engine may be removing already.
func (e *Engine) removeHelper(ctx context.Context, id string) error {
	ctx = context.WithoutCancel(ctx)
	err := e.cli.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	switch {
	case cerrdefs.IsConflict(err):
		return e.awaitRemoval(ctx, id, err)
	case err == nil, cerrdefs.IsNotFound(err):
		return nil
	}
	return fmt.Errorf("remove helper container %.12s: %w", id, e.explain(err))
}

// helperTime is well over how long a helper of no pod is there before it runs.
const helperTime = 5 * time.Minute

// forsaken reports whether a helper is there because whoever made it was killed. One
// that runs is removed by the engine at its end; one of a pod is the pod's matter.
func forsaken(c container.Summary, now time.Time) bool {
	return c.State != container.StateRunning && !ours(c.Labels) && now.Sub(time.Unix(c.Created, 0)) > helperTime
}

// dropHelpers removes the helpers that others have left. What cannot be removed now
// is left to who comes next.
func (e *Engine) dropHelpers(ctx context.Context) {
	list, err := e.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", translate.LabelHelper))})
	if err != nil {
		return
	}
	for _, c := range list {
		if forsaken(c, time.Now()) {
			_ = e.removeHelper(ctx, c.ID)
		}
	}
}
