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

// factsFile is where the facts of a pod are in its pause.
const factsFile = "/minipod/facts.json"

// writeFacts writes what was found out of a pod into its pause.
func (e *Engine) writeFacts(ctx context.Context, pause string, facts plan.Facts) error {
	text, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = errors.Join(
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: path.Dir(factsFile)[1:] + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}),
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: factsFile[1:], Mode: 0o644, Size: int64(len(text))}),
	)
	if err == nil {
		_, err = w.Write(text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	if err := e.cli.CopyToContainer(ctx, pause, "/", &archive, container.CopyToContainerOptions{}); err != nil {
		return fmt.Errorf("write facts to %s: %w", short(pause), e.explain(err))
	}
	return nil
}

// readFacts reads them. Where nothing was written, or nothing that can be
// read, nothing was found out.
func (e *Engine) readFacts(ctx context.Context, pause string) (plan.Facts, error) {
	archive, err := e.CopyFrom(ctx, pause, factsFile)
	if errors.Is(err, plan.ErrStale) {
		return plan.Facts{}, nil
	}
	if err != nil {
		return plan.Facts{}, err
	}
	defer archive.Close()
	const most = 1 << 20
	r := tar.NewReader(io.LimitReader(archive, most))
	if _, err := r.Next(); err != nil {
		return plan.Facts{}, nil
	}
	var facts plan.Facts
	if json.NewDecoder(r).Decode(&facts) != nil {
		return plan.Facts{}, nil
	}
	return facts, nil
}
