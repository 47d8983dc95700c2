package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
)

// Logs copies a container's output: see node.Streams. Lines come whole and in
// the order in which they ended, also where both writers are one.
func (e *Engine) Logs(ctx context.Context, name string, opts engine.LogOptions, stdout, stderr io.Writer) error {
	if err := e.logs(ctx, name, opts, stdout, stderr); err != nil {
		return fmt.Errorf("logs of %s: %w", short(name), err)
	}
	return nil
}

func (e *Engine) logs(ctx context.Context, name string, opts engine.LogOptions, stdout, stderr io.Writer) error {
	// Engines before API 1.42 do not say which format the stream has.
	found, err := e.inspectOne(ctx, name)
	if err != nil {
		return e.explain(err)
	}
	l := log{id: found.ID, tty: found.Config.Tty, ask: logOptions(opts)}
	out := &lines{}
	if opts.Tail != nil {
		if l.ask.Tail, out.skip, err = e.window(ctx, l, *opts.Tail); err != nil {
			return err
		}
	}
	if err := e.readLog(ctx, l, out, orDiscard(stdout), orDiscard(stderr)); err != nil || !opts.Follow || opts.Tail != nil {
		return err
	}
	return e.catchUp(ctx, l, out.ended, orDiscard(stdout), orDiscard(stderr))
}

// wholeLogs is the version of the API from which on the engine sends the last
// entries of a log that it follows to the end of the container.
const wholeLogs = "1.42"

// catchUp reads what an older engine has left out at the end of a log that was
// followed: what comes after so many lines.
func (e *Engine) catchUp(ctx context.Context, l log, seen int64, stdout, stderr io.Writer) error {
	if !versions.LessThan(e.cli.ClientVersion(), wholeLogs) {
		return nil
	}
	l.ask.Follow = false
	err := e.readLog(ctx, l, &lines{skip: seen}, stdout, stderr)
	if errors.Is(err, plan.ErrStale) {
		return nil // it is gone, and its log with it
	}
	return err
}

func logOptions(opts engine.LogOptions) container.LogsOptions {
	o := container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: opts.Follow, Timestamps: opts.Timestamps}
	if !opts.Since.IsZero() {
		o.Since = opts.Since.Format(time.RFC3339Nano)
	}
	return o
}

// log is a container's log, and what of it the engine is asked for.
type log struct {
	id  string
	tty bool
	ask container.LogsOptions
}

// readLog copies a log, a line at a time.
func (e *Engine) readLog(ctx context.Context, l log, all *lines, stdout, stderr io.Writer) error {
	stream, err := e.cli.ContainerLogs(ctx, l.id, l.ask)
	if err != nil {
		return e.explain(err)
	}
	defer stream.Close()
	src := &source{reader: stream}
	err = copyLog(src, l, all, stdout, stderr)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case src.err != nil: // reading failed: the engine's side
		return e.explain(src.err)
	}
	return err // writing failed: the caller's side
}

// copyLog takes apart what the engine sends: from a terminal as it was
// written, else in frames of one entry each.
func copyLog(from io.Reader, l log, all *lines, stdout, stderr io.Writer) error {
	out, errs := &line{all: all, to: stdout}, &line{all: all, to: stderr, most: mostHeld}
	var err error
	switch {
	case l.tty && l.ask.Timestamps:
		stamps := &terminalStamps{to: out}
		if _, err = io.Copy(stamps, from); err == nil {
			err = stamps.flush()
		}
	case l.tty:
		_, err = io.Copy(out, from)
	default:
		out.most = mostHeld
		// StdCopy writes each frame at once.
		_, err = stdcopy.StdCopy(&entries{to: out, stamped: l.ask.Timestamps}, &entries{to: errs, stamped: l.ask.Timestamps}, from)
	}
	if err != nil {
		return err
	}
	if err := out.flush(); err != nil {
		return err
	}
	return errs.flush()
}
