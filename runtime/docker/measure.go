package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

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
	var folders []string
	for _, v := range volumes {
		folders = append(folders, v.Folder)
	}
	used, code, err := e.usage(ctx, id, folders...)
	if err != nil {
		return nil, fmt.Errorf("measure volumes: %w", err)
	}
	for i, v := range volumes {
		if i >= len(used) {
			return nil, fmt.Errorf("measure volume %s: the pause has ended with exit code %d", v.Name, code)
		}
		found[v.Name] = used[i]
	}
	return found, nil
}

// usage is how many bytes of the disk folders of a pause take, or without
// folders how many the disk has; and the exit code of the pause's program.
func (e *Engine) usage(ctx context.Context, id string, folders ...string) (numbers []int64, code int, err error) {
	var out bytes.Buffer
	command := append([]string{pause.ProgramPath, "usage"}, folders...)
	code, err = e.Exec(ctx, id, engine.ExecOptions{Command: command, User: "0", Stdio: engine.Stdio{Stdout: &out, Stderr: io.Discard}})
	for err == nil {
		var n int64
		if _, end := fmt.Fscan(&out, &n); end != nil {
			break // the engine's own words are no numbers
		}
		numbers = append(numbers, n)
	}
	return numbers, code, err
}

// askTime is how long the pause may take to tell how large the disk is. An engine
// whose container is paused while it starts a program in it does not answer.
const askTime = 10 * time.Second

// missesFolders is the exit code of wrong usage.
const missesFolders = 2

// addDisk adds how large the engine's disk is. One pause that runs is asked
// once, and answers for all. One that an earlier minipod has made misses the
// folders: its pod is told 0. Where the engine runs no program, as in a pause that
// ends or is paused just now, the pod waits to be told, and is looked at.
func (e *Engine) addDisk(ctx context.Context, p *plan.Pause, in *translate.Inputs) error {
	size := e.disk.Load()
	if size == 0 {
		if p == nil || p.State != plan.Running || p.Paused {
			return nil
		}
		asking, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		told, code, err := e.usage(asking, p.ID)
		switch {
		case len(told) > 0:
			size = told[0]
			e.disk.Store(size)
		case ctx.Err() != nil:
			return fmt.Errorf("ask how large the disk is: %w", ctx.Err())
		case err != nil, code != missesFolders:
			return nil
		}
	}
	if in.Allocatable == nil {
		in.Allocatable = v1.ResourceList{}
	}
	in.Allocatable[v1.ResourceEphemeralStorage] = *resource.NewQuantity(size, resource.BinarySI)
	return nil
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
