package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"

	cerrdefs "github.com/containerd/errdefs"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// measure looks how much of the disk a pod uses: its volumes through the
// pause, which runs, and what its containers have written.
func (e *Engine) measure(ctx context.Context, id string, d plan.Disk) error {
	usage := translate.DiskUsage{Units: map[string]int64{}}
	var err error
	if usage.Volumes, err = e.volumeUsage(ctx, id, d.Limits.Volumes); err != nil {
		return err
	}
	for unit, container := range d.Containers {
		if usage.Units[unit], err = e.layerUsage(ctx, container); err != nil {
			return err
		}
	}
	if message := d.Limits.Exceeded(usage); message != "" {
		return &plan.Overuse{Message: message}
	}
	return nil
}

func (e *Engine) volumeUsage(ctx context.Context, id string, volumes []translate.DiskLimit) (map[string]int64, error) {
	found := map[string]int64{}
	if len(volumes) == 0 {
		return found, nil
	}
	command := []string{pause.ProgramPath, "usage"}
	for _, v := range volumes {
		command = append(command, v.Folder)
	}
	var out bytes.Buffer
	code, err := e.Exec(ctx, id, engine.ExecOptions{Command: command, User: "0", Stdio: engine.Stdio{Stdout: &out, Stderr: io.Discard}})
	if err != nil {
		return nil, fmt.Errorf("measure volumes: %w", err)
	}
	for _, v := range volumes {
		var used int64
		if _, err := fmt.Fscan(&out, &used); err != nil {
			return nil, fmt.Errorf("measure volume %s: the pause has ended with exit code %d: %w", v.Name, code, err)
		}
		found[v.Name] = used
	}
	return found, nil
}

// layerUsage is what a container has written to its own file system. One that
// is gone has none.
func (e *Engine) layerUsage(ctx context.Context, id string) (int64, error) {
	found, _, err := e.cli.ContainerInspectWithRaw(ctx, id, true)
	switch {
	case cerrdefs.IsNotFound(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("measure container %.12s: %w", id, e.explain(err))
	case found.SizeRw == nil:
		return 0, nil
	}
	return *found.SizeRw, nil
}
