package docker

import (
	"bytes"
	"context"
	"fmt"

	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/image"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
)

// getPauseImage brings a missing pause image: minipod's own out of this
// program, any other from its registry.
func (e *Engine) getPauseImage(ctx context.Context, reference string, progress func(engine.Progress)) error {
	if reference != pause.Reference {
		return e.pull(ctx, plan.Op{Target: reference}, progress)
	}
	arch, err := e.Arch(ctx)
	if err != nil {
		return err
	}
	made, err := pause.Build(arch)
	if err != nil {
		return err
	}
	return e.load(ctx, reference, made)
}

// Arch is the processor of the engine's machine, as Go names it.
func (e *Engine) Arch(ctx context.Context) (string, error) {
	version, err := e.cli.ServerVersion(ctx)
	if err != nil {
		return "", fmt.Errorf("ask for the engine's architecture: %w", e.explain(err))
	}
	return version.Arch, nil
}

// load brings an image that was made in memory.
func (e *Engine) load(ctx context.Context, reference string, made *image.Image) error {
	loaded, err := e.cli.ImageLoad(ctx, bytes.NewReader(made.Archive), client.ImageLoadWithQuiet(true))
	if err != nil {
		return fmt.Errorf("load image %s: %w", reference, e.explain(err))
	}
	defer loaded.Body.Close()
	if err := readMessages(loaded.Body, func(jsonmessage.JSONMessage) {}); err != nil {
		return fmt.Errorf("load image %s: %w", reference, e.explain(err))
	}
	return nil
}
