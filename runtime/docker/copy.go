package docker

import (
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/container"
)

// CopyFrom is a tar archive of a file or folder of a container, running or
// not. The caller closes it. A container or path that is not there is
// plan.ErrStale.
func (e *Engine) CopyFrom(ctx context.Context, name, path string) (io.ReadCloser, error) {
	archive, _, err := e.cli.CopyFromContainer(ctx, name, path)
	if err != nil {
		return nil, fmt.Errorf("copy %s from %s: %w", path, name, e.explain(err))
	}
	return archive, nil
}

// CopyTo unpacks a tar archive in a folder of a container, running or not.
// Owners and modes are those of the archive. A container or folder that is
// not there is plan.ErrStale.
func (e *Engine) CopyTo(ctx context.Context, name, folder string, archive io.Reader) error {
	err := e.cli.CopyToContainer(ctx, name, folder, archive, container.CopyToContainerOptions{})
	if err != nil {
		return fmt.Errorf("copy to %s in %s: %w", folder, name, e.explain(err))
	}
	return nil
}
