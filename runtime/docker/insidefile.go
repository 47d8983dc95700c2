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
func (e *Engine) readInside(ctx context.Context, pause, file string) ([]byte, error) {
	archive, err := e.CopyFrom(ctx, pause, file)
	if errors.Is(err, plan.ErrStale) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	const most = 1 << 20
	r := tar.NewReader(io.LimitReader(archive, most))
	if _, err := r.Next(); err != nil {
		return nil, nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, nil
	}
	return text, nil
}
