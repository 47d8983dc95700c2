package docker

import (
	"context"
	"fmt"
	"io"
	"path"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"github.com/minipod/minipod/runtime/engine"
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

// Stat is what is at a path of a container, running or not. One that is not
// there is plan.ErrStale.
func (e *Engine) Stat(ctx context.Context, name, path string) (engine.Path, error) {
	found, err := e.cli.ContainerStatPath(ctx, name, path)
	if err != nil {
		return engine.Path{}, fmt.Errorf("look at %s in %s: %w", path, short(name), e.explain(err))
	}
	return engine.Path{Name: found.Name, Mode: found.Mode, Link: found.LinkTarget}, nil
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

// Sees reports whether CopyTo and CopyFrom see what a container has at a
// path, which holds no links: Docker mounts for them what is in its Mounts, and
// nothing that the kernel makes (moby, daemon/containerfs_linux.go).
func (e *Engine) Sees(ctx context.Context, name, at string) (bool, error) {
	found, err := e.cli.ContainerInspect(ctx, name)
	if err != nil {
		return false, fmt.Errorf("look at the mounts of %s: %w", short(name), e.explain(err))
	}
	return sees(found, at), nil
}

// sees goes by the mount that is nearest above the path.
func sees(found container.InspectResponse, at string) bool {
	mounts := map[string]bool{"/proc": false, "/sys": false, "/dev": false, "/dev/shm": false}
	if host := found.HostConfig; host != nil {
		for target := range host.Tmpfs {
			mounts[path.Clean(target)] = false
		}
	}
	for _, m := range found.Mounts {
		mounts[path.Clean(m.Destination)] = m.Type != mount.TypeTmpfs
	}
	for at = path.Clean(at); at != "/" && at != "."; at = path.Dir(at) {
		if seen, mounted := mounts[at]; mounted {
			return seen
		}
	}
	return true
}
