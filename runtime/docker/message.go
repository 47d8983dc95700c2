package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The limits of a termination message (pkg/kubelet/container/runtime.go).
const (
	mostMessage  = 4096
	mostFallback = 2048
	lastLines    = 80
)

// Docker cannot look into the volumes of a pause that is just stopping: the
// files are looked for again.
const (
	messageTries = 5
	messageRest  = 100 * time.Millisecond
)

// messages gives the containers that have ended their termination messages.
// What a container has left does not change any more: it is read once.
func (e *Engine) messages(ctx context.Context, w *plan.World) error {
	if w.Want == nil || w.Pause == nil {
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range w.Containers {
		c := &w.Containers[i]
		u, ok := w.Want.Unit(c.Unit)
		if !ok || !c.Ended() || !u.Messages() {
			continue
		}
		group.Go(func() (err error) {
			if known, ok := e.said.Load(c.ID); ok {
				c.Message = known.(string)
				return nil
			}
			for range messageTries {
				c.Message, err = e.message(ctx, w.Pause.ID, u, *c)
				switch {
				case err == nil:
					e.said.Store(c.ID, c.Message)
					return nil
				case errors.Is(err, plan.ErrUnreachable), ctx.Err() != nil:
					return err
				}
				wait(ctx, messageRest)
			}
			return nil // the pod is seen all the same
		})
	}
	return group.Wait()
}

// message reads a termination message: the end of its file, or where that is
// empty and the policy says so, of the log of a container that has failed.
func (e *Engine) message(ctx context.Context, pause string, u translate.Unit, c plan.Container) (string, error) {
	text, err := e.messageFile(ctx, pause, u.MessageFile(c.Attempt))
	fallback := u.Container.TerminationMessagePolicy == v1.TerminationMessageFallbackToLogsOnError
	if err != nil || text != "" || !fallback || c.ExitCode == 0 {
		return text, err
	}
	lines := int64(lastLines)
	end := &ending{most: mostFallback}
	err = e.Logs(ctx, c.ID, engine.LogOptions{Tail: &lines}, end, end)
	if errors.Is(err, plan.ErrStale) {
		return "", nil
	}
	return string(end.bytes), err
}

// messageFile is the end of a file; of one that is not there nothing.
func (e *Engine) messageFile(ctx context.Context, pause, name string) (string, error) {
	archive, err := e.CopyFrom(ctx, pause, name)
	if errors.Is(err, plan.ErrStale) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer archive.Close()
	r := tar.NewReader(archive)
	if _, err := r.Next(); err != nil {
		return "", nil
	}
	end := &ending{most: mostMessage}
	if _, err := io.Copy(end, r); err != nil {
		return "", fmt.Errorf("read termination message %s: %w", name, err)
	}
	return string(end.bytes), nil
}

// ending is a writer that keeps the last bytes.
type ending struct {
	most  int
	bytes []byte
}

func (e *ending) Write(p []byte) (int, error) {
	e.bytes = append(e.bytes, p...)
	if over := len(e.bytes) - e.most; over > 0 {
		e.bytes = bytes.Clone(e.bytes[over:])
	}
	return len(p), nil
}
