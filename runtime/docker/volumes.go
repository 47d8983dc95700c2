package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"path"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/translate"
)

// prepareVolumes gives the roots of the volumes on disk their mode and group.
// The entry for a root has to go to the folder that it is mounted in: an
// entry "." sent to the volume itself changes nothing. A tmpfs is mounted
// with its mode, and only when the pause starts.
func (e *Engine) prepareVolumes(ctx context.Context, pause string, volumes []translate.Volume) error {
	volumes, err := e.fresh(ctx, pause, volumes)
	if err != nil {
		return err
	}
	roots, err := rootArchive(volumes)
	if err != nil || roots == nil {
		return err
	}
	err = e.cli.CopyToContainer(ctx, pause, translate.VolumeRoot, roots, container.CopyToContainerOptions{})
	if err != nil {
		return fmt.Errorf("set the modes of its volumes: %w", e.explain(err))
	}
	return nil
}

// dockersMode is the mode that the engine gives the root of a new volume.
const dockersMode = 0o755

// fresh leaves out the volumes of claims that were prepared before, or that a
// pod has changed since: they outlive pods.
func (e *Engine) fresh(ctx context.Context, pause string, volumes []translate.Volume) ([]translate.Volume, error) {
	var list []translate.Volume
	for _, v := range volumes {
		if v.Claim != "" {
			root, err := e.cli.ContainerStatPath(ctx, pause, v.Target)
			if err != nil {
				return nil, fmt.Errorf("look at volume %s: %w", v.Name, e.explain(err))
			}
			if root.Mode.Perm() != dockersMode && v.GID == 0 {
				continue
			}
		}
		list = append(list, v)
	}
	return list, nil
}

// rootArchive is a tar archive with the root of every volume on disk; nil
// when there is none.
func rootArchive(volumes []translate.Volume) (*bytes.Buffer, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	empty := true
	for _, v := range volumes {
		if v.Memory {
			continue
		}
		empty = false
		header := &tar.Header{Typeflag: tar.TypeDir, Name: path.Base(v.Target) + "/", Mode: v.Mode, Gid: v.GID}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("write the archive entry of volume %s: %w", v.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write the archive of the volumes: %w", err)
	}
	if empty {
		return nil, nil
	}
	return &archive, nil
}
