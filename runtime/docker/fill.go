package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// seen is what a volume was seen to hold, and when.
type seen struct {
	hash string
	at   time.Time
}

// seenFor is how long a volume is not looked into again: each look has the
// engine mount all volumes of the pause. Who would write because of what was so
// a moment ago looks first.
const seenFor = 10 * time.Second

// contents are the hashes of what the volumes of a pod hold.
func (e *Engine) contents(ctx context.Context, w plan.World) (map[string]string, error) {
	if !w.Follows() {
		return nil, nil
	}
	found := map[string]string{}
	for _, v := range append(w.Want.Filled(), w.Want.ImageVolumes()...) {
		if known, ok := e.holds.Load(v.Docker); ok && time.Since(known.(seen).at) < seenFor {
			found[v.Docker] = known.(seen).hash
			continue
		}
		hash, err := e.content(ctx, w.Pause.ID, v)
		if err != nil {
			return nil, fmt.Errorf("look into volume %s: %w", v.Name, err)
		}
		if hash != "" {
			found[v.Docker] = hash
			e.holds.Store(v.Docker, seen{hash, time.Now()})
		}
	}
	return found, nil
}

// An engine fails for a moment to look into a container that is being started or
// removed, and says no more of it.
const (
	looks     = 5
	lookPause = 50 * time.Millisecond
)

// content is the hash of what a volume holds: where its link to the data folder
// points, or the mark that an image was copied; empty for nothing.
func (e *Engine) content(ctx context.Context, pause string, v translate.Volume) (string, error) {
	at := path.Join(v.Target, translate.DataLink)
	if v.Image != nil {
		at = v.CopiedMark()
	}
	stat, err := e.cli.ContainerStatPath(ctx, pause, at)
	for try := 1; try < looks && cerrdefs.IsInternal(err); try++ { // its root is just being mounted, or no more
		wait(ctx, lookPause)
		stat, err = e.cli.ContainerStatPath(ctx, pause, at)
	}
	switch {
	case cerrdefs.IsNotFound(err), errors.Is(e.explain(err), plan.ErrStale):
		return "", nil
	case err != nil:
		return "", e.explain(err)
	case v.Image != nil:
		return translate.ImageCopied, nil
	case stat.LinkTarget == "":
		return "", nil
	}
	return translate.HashOfFolder(stat.LinkTarget), nil
}

// fillVolume writes what a volume is to hold through the pause, running or
// not. The entries are unpacked in their order: the link that makes the new
// files visible comes last. What someone else has written meanwhile stays.
func (e *Engine) fillVolume(ctx context.Context, op plan.Op) error {
	defer e.holds.Delete(op.Payload.Volume.Docker)
	hash, err := e.content(ctx, op.Pause, op.Payload.Volume)
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", op.Payload.Volume.Name, err)
	}
	if hash == op.Payload.Hash {
		return nil
	}
	again := hash != "" && e.runs(ctx, op.Pause)
	link := translate.DataLink
	if again {
		link = nextLink
	}
	archive, err := payloadArchive(*op.Payload, link)
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", op.Payload.Volume.Name, err)
	}
	err = e.cli.CopyToContainer(ctx, op.Pause, translate.VolumeRoot, archive, container.CopyToContainerOptions{})
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", op.Payload.Volume.Name, e.explain(err))
	}
	if again {
		return e.swap(ctx, op)
	}
	return nil
}

// runs reports whether a container is known to run.
func (e *Engine) runs(ctx context.Context, name string) bool {
	found, err := e.inspectOne(ctx, name)
	return err == nil && stateOf(found.State) == plan.Running
}

// nextLink takes the place of DataLink when all else is there. It is made only
// where the pause runs, whose program swaps the two: an archive takes nothing
// away.
const nextLink = translate.DataLink + "_tmp"

// swap puts a new link to the data folder in the place of the old one, in one
// step and by the pause program: an archive would remove the old one first.
// Where no program of the pause does it no container runs either, and the link
// is written as the first one was.
func (e *Engine) swap(ctx context.Context, op plan.Op) error {
	code, err := e.Exec(ctx, op.Pause, engine.ExecOptions{
		Command: []string{pause.ProgramPath, "swap", op.Payload.Volume.Target}, User: "0",
		Stdio: engine.Stdio{Stdout: io.Discard, Stderr: io.Discard},
	})
	if err == nil && code == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	archive, err := payloadArchive(*op.Payload, translate.DataLink)
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", op.Payload.Volume.Name, err)
	}
	return e.CopyTo(ctx, op.Pause, translate.VolumeRoot, archive)
}

// payloadArchive is a tar archive of a payload, for the folder in which the
// volume is mounted. The link to the data folder is called data.
func payloadArchive(p translate.Payload, data string) (*bytes.Buffer, error) {
	a := newArchive()
	a.payload(p, data)
	return a.close()
}

// archive is a tar archive for the folder in which the volumes are mounted. All
// in it is dated now.
type archive struct {
	bytes.Buffer
	tar *tar.Writer
	now time.Time
	err error // the first
}

func newArchive() *archive {
	a := &archive{now: time.Now()}
	a.tar = tar.NewWriter(&a.Buffer)
	return a
}

func (a *archive) entry(h tar.Header, data []byte) {
	h.Size, h.ModTime = int64(len(data)), a.now
	if a.err == nil {
		a.err = a.tar.WriteHeader(&h)
	}
	if a.err == nil {
		_, a.err = a.tar.Write(data)
	}
}

// root is the root of a volume, with its mode and group.
func (a *archive) root(v translate.Volume) {
	a.entry(tar.Header{Typeflag: tar.TypeDir, Name: path.Base(v.Target) + "/", Mode: v.Mode, Gid: v.GID}, nil)
}

// payload is what a volume is to hold; the link to it comes last.
func (a *archive) payload(p translate.Payload, data string) {
	root, gid := path.Base(p.Volume.Target), p.Volume.GID
	link := func(name, target string) {
		a.entry(tar.Header{Typeflag: tar.TypeSymlink, Name: path.Join(root, name), Linkname: target, Mode: 0o777, Gid: gid}, nil)
	}
	folder := path.Join(root, p.Folder())
	for _, dir := range append([]string{""}, p.Folders()...) {
		a.entry(tar.Header{Typeflag: tar.TypeDir, Name: path.Join(folder, dir) + "/", Mode: p.FolderMode(), Gid: gid}, nil)
	}
	for _, f := range p.Files {
		a.entry(tar.Header{Typeflag: tar.TypeReg, Name: path.Join(folder, f.Path), Mode: f.Mode, Gid: gid}, f.Data)
	}
	for _, name := range p.Links() {
		link(name, path.Join(translate.DataLink, name))
	}
	link(data, p.Folder())
}

func (a *archive) close() (*bytes.Buffer, error) {
	if err := errors.Join(a.err, a.tar.Close()); err != nil {
		return nil, fmt.Errorf("write its archive: %w", err)
	}
	return &a.Buffer, nil
}
