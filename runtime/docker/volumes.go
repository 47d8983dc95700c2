package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// prepareVolumes gives the roots of the volumes on disk their mode and group, and
// has them hold what they are to hold, all with one upload. The entry for a root
// has to go to the folder that it is mounted in: an entry "." sent to the volume
// itself changes nothing. A tmpfs is mounted with its mode, and only when the
// pause starts.
func (e *Engine) prepareVolumes(ctx context.Context, pause string, volumes []translate.Volume, payloads []*translate.Payload) error {
	defer e.lockClaims(volumes)()
	fresh, owned, err := e.sortVolumes(ctx, pause, volumes)
	if err != nil {
		return err
	}
	if err := e.own(ctx, owned); err != nil {
		return err
	}
	files := newArchive()
	for _, v := range fresh {
		if !v.Memory {
			files.root(v)
		}
	}
	for _, p := range payloads {
		defer e.holds.Delete(p.Volume.Docker)
		files.payload(*p, translate.DataLink)
	}
	if files.Len() == 0 {
		return nil
	}
	upload, err := files.close()
	if err == nil {
		err = e.cli.CopyToContainer(ctx, pause, translate.VolumeRoot, upload, container.CopyToContainerOptions{})
	}
	if err != nil {
		return fmt.Errorf("set up its volumes: %w", e.explain(err))
	}
	return nil
}

// lockClaims keeps the pods that are made side by side from setting up a claim that
// they share at the same time: each would find it new, and the last would take it
// from the group of another. All lock in the order of the names.
func (e *Engine) lockClaims(volumes []translate.Volume) (unlock func()) {
	var names []string
	for _, v := range volumes {
		if v.Claim != "" {
			names = append(names, v.Docker)
		}
	}
	slices.Sort(names)
	var locks []*sync.Mutex
	for _, name := range slices.Compact(names) {
		lock, _ := e.claims.LoadOrStore(name, &sync.Mutex{})
		locks = append(locks, lock.(*sync.Mutex))
	}
	for _, lock := range locks {
		lock.Lock()
	}
	return func() {
		for _, lock := range locks {
			lock.Unlock()
		}
	}
}

// sortVolumes tells volumes that are new from those of claims that outlive
// pods. Of these, owned are given to a group with all that they hold; the
// others stay as they are.
func (e *Engine) sortVolumes(ctx context.Context, pause string, volumes []translate.Volume) (fresh, owned []translate.Volume, err error) {
	for _, v := range volumes {
		if v.Claim == "" {
			fresh = append(fresh, v)
			continue
		}
		root, err := e.rootOf(ctx, pause, v)
		switch {
		case err != nil:
			return nil, nil, err
		case root.unused():
			fresh = append(fresh, v)
		case v.Change == v1.FSGroupChangeAlways, v.Change == v1.FSGroupChangeOnRootMismatch && !root.belongs(v.GID):
			owned = append(owned, v)
		}
	}
	return fresh, owned, nil
}

// root is the root of a volume as it is.
type root struct {
	mode  int64
	gid   int
	empty bool
}

// unused reports whether the root is as the engine makes it for a new volume.
func (r root) unused() bool {
	const dockersMode = 0o755
	return r.empty && r.mode == dockersMode && r.gid == 0
}

// belongs reports whether the root belongs to a group as fsGroup wants it
// (pkg/volume/volume_linux.go, requiresPermissionChange).
func (r root) belongs(gid int) bool {
	const wanted = 0o2770
	return r.gid == gid && r.mode&wanted == wanted
}

// rootOf reads no more of the archive of a volume than it takes.
func (e *Engine) rootOf(ctx context.Context, pause string, v translate.Volume) (root, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	files, err := e.CopyFrom(ctx, pause, v.Target)
	if err != nil {
		return root{}, fmt.Errorf("look at volume %s: %w", v.Name, err)
	}
	defer files.Close()
	archive := tar.NewReader(files)
	h, err := archive.Next()
	if err != nil {
		return root{}, fmt.Errorf("look at volume %s: %w", v.Name, err)
	}
	_, err = archive.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		return root{}, fmt.Errorf("look into volume %s: %w", v.Name, err)
	}
	return root{mode: h.Mode & 0o7777, gid: h.Gid, empty: err != nil}, nil
}

// own gives volumes and all that they hold to their group, by a container that
// is there for nothing else: the pause does not run yet.
func (e *Engine) own(ctx context.Context, volumes []translate.Volume) error {
	if len(volumes) == 0 {
		return nil
	}
	if _, err := e.output(ctx, translate.Own(volumes)); err != nil {
		return fmt.Errorf("give its volumes to group %d: %w", volumes[0].GID, err)
	}
	return nil
}
