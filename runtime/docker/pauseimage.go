package docker

import (
	"bytes"
	"context"
	"fmt"

	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/pause"
)

// getPauseImage brings a missing pause image: minipod's own out of this
// program, any other from its registry.
func (e *Engine) getPauseImage(ctx context.Context, reference string, progress func(engine.Progress)) error {
	if reference != pause.Reference {
		return e.pull(ctx, reference, progress)
	}
	version, err := e.cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's architecture: %w", e.explain(err))
	}
	image, err := pause.Build(version.Arch)
	if err != nil {
		return err
	}
	loaded, err := e.cli.ImageLoad(ctx, bytes.NewReader(image.Archive), client.ImageLoadWithQuiet(true))
	if err != nil {
		return fmt.Errorf("load image %s: %w", reference, e.explain(err))
	}
	defer loaded.Body.Close()
	if err := readMessages(loaded.Body, func(jsonmessage.JSONMessage) {}); err != nil {
		return fmt.Errorf("load image %s: %w", reference, e.explain(err))
	}
	return nil
}
