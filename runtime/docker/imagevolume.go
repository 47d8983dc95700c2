package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// copyImage copies the files of an image into a volume: out of a container
// that is made of it and never started, through the client. The mark that says
// so is written last.
func (e *Engine) copyImage(ctx context.Context, op plan.Op) (err error) {
	pause, v := op.Pause, op.Volumes[0]
	id, err := e.createHelper(ctx, translate.Request{
		Config: &container.Config{Image: v.Image.Reference, Entrypoint: []string{"/none"}, Labels: translate.HelperOf(op.Pod, "image", v)},
		Host:   &container.HostConfig{NetworkMode: "none"},
	})
	if err != nil {
		return fmt.Errorf("fill volume %s from image %s: %w", v.Name, v.Image.Reference, err)
	}
	defer func() { err = errors.Join(err, e.removeHelper(ctx, id)) }()
	archive, err := e.CopyFrom(ctx, id, "/.")
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", v.Name, err)
	}
	defer archive.Close()
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(ownFiles(writer, archive)) }()
	defer reader.Close()
	if err := e.CopyTo(ctx, pause, v.Target, reader); err != nil {
		return fmt.Errorf("fill volume %s: %w", v.Name, err)
	}
	mark := tar.Header{Typeflag: tar.TypeReg, Name: path.Base(v.CopiedMark()), Mode: 0o644}
	return e.unpack(ctx, pause, path.Dir(v.CopiedMark()), []tar.Header{mark})
}

// stubs are what Docker puts into every container to mount over.
func stubs() []string {
	return []string{".dockerenv", "dev/console", "dev/pts", "dev/shm", "etc/hostname", "etc/hosts", "etc/resolv.conf", "etc/mtab"}
}

// ownFiles copies an archive of a container without the stubs, which are empty.
func ownFiles(to io.Writer, from io.Reader) error {
	r, w := tar.NewReader(from), tar.NewWriter(to)
	for {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return fmt.Errorf("read the files of the image: %w", err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path.Clean(header.Name), "/"), "/")
		if header.Size == 0 && slices.Contains(stubs(), name) {
			continue
		}
		if err := w.WriteHeader(header); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
		if _, err := io.Copy(w, r); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
}
