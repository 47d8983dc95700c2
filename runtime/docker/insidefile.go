package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/plan"
)

// writeInside writes a value as JSON to a file of a pause, whose folder is made.
func (e *Engine) writeInside(ctx context.Context, pause, file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = errors.Join(
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: path.Dir(file)[1:] + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}),
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file[1:], Mode: 0o644, Size: int64(len(text))}),
	)
	if err == nil {
		_, err = w.Write(text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := e.cli.CopyToContainer(ctx, pause, "/", &archive, container.CopyToContainerOptions{}); err != nil {
		return fmt.Errorf("write %s to %s: %w", file, short(pause), e.explain(err))
	}
	return nil
}

// readInside reads a file of a pause; nothing where nothing was written.
func (e *Engine) readInside(ctx context.Context, pause, file string) (text []byte, err error) {
	const most = 1 << 20
	err = e.lookInto(ctx, pause, file, func(files *tar.Reader) error {
		if _, err := files.Next(); err == nil {
			text, _ = io.ReadAll(io.LimitReader(files, most))
		}
		return nil
	})
	return text, err
}

// Docker cannot look into a pause that is just stopping or going: it is tried
// again.
const (
	lookTries = 5
	lookRest  = 100 * time.Millisecond
)

// lookInto has an archive of a path of a pause read; where that is not there
// nothing is.
func (e *Engine) lookInto(ctx context.Context, pause, path string, read func(*tar.Reader) error) (err error) {
	for range lookTries {
		err = e.lookOnce(ctx, pause, path, read)
		if err == nil || errors.Is(err, plan.ErrUnreachable) || ctx.Err() != nil {
			return err
		}
		wait(ctx, lookRest)
	}
	return err
}

func (e *Engine) lookOnce(ctx context.Context, pause, path string, read func(*tar.Reader) error) error {
	archive, err := e.CopyFrom(ctx, pause, path)
	if errors.Is(err, plan.ErrStale) {
		return nil
	}
	if err != nil {
		return err
	}
	defer archive.Close()
	return read(tar.NewReader(archive))
}
