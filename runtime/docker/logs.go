package docker

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
)

// Logs copies a container's output: see node.Streams.
func (e *Engine) Logs(ctx context.Context, name string, opts engine.LogOptions, stdout, stderr io.Writer) error {
	if err := e.logs(ctx, name, opts, stdout, stderr); err != nil {
		return fmt.Errorf("logs of %s: %w", name, err)
	}
	return nil
}

func (e *Engine) logs(ctx context.Context, name string, opts engine.LogOptions, stdout, stderr io.Writer) error {
	// Engines before API 1.42 do not say which format the stream has.
	found, err := e.cli.ContainerInspect(ctx, name)
	if err != nil {
		return e.explain(err)
	}
	stream, err := e.cli.ContainerLogs(ctx, found.ID, logOptions(opts))
	if err != nil {
		return e.explain(err)
	}
	defer stream.Close()
	return e.copyOutput(ctx, stream, engine.Stdio{Stdout: stdout, Stderr: stderr, TTY: found.Config.Tty})
}

func logOptions(opts engine.LogOptions) container.LogsOptions {
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: opts.Follow, Timestamps: opts.Timestamps}
	if !opts.Since.IsZero() {
		o.Since = opts.Since.Format(time.RFC3339Nano)
	}
	if opts.Tail != nil {
		o.Tail = strconv.FormatInt(*opts.Tail, 10)
	}
	return o
}
