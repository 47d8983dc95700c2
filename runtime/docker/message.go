package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

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

// readTerminationMessages gives the containers that have ended their termination messages.
// What a container has left does not change any more: it is read once, and of
// a pod that is being removed when all of it has ended.
func (e *Engine) readTerminationMessages(ctx context.Context, w *plan.World) error {
	if !e.messages || w.Want == nil || w.Pause == nil {
		return nil
	}
	var unread []*plan.Container
	for i := range w.Containers {
		c := &w.Containers[i]
		switch u, ok := w.Want.Unit(c.Unit); {
		case !c.Ended() && w.Want.Pod.DeletionTimestamp != nil:
			return nil
		case !ok || !c.Ended() || !u.Messages():
		case !e.toldBefore(c):
			unread = append(unread, c)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	files, err := e.messageFiles(ctx, w.Pause.ID)
	switch {
	case errors.Is(err, plan.ErrUnreachable), ctx.Err() != nil:
		return err
	case err != nil:
		return nil // the pod is seen all the same
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, c := range unread {
		u, _ := w.Want.Unit(c.Unit)
		group.Go(func() error {
			text, err := e.message(ctx, files[path.Base(u.MessageFile(c.Attempt))], u, *c)
			switch {
			case err == nil:
				c.Message = text
				e.said.Store(c.ID, text)
			case errors.Is(err, plan.ErrUnreachable), ctx.Err() != nil:
				return err
			}
			return nil
		})
	}
	return group.Wait()
}

// toldBefore gives a container its message if that has been read.
func (e *Engine) toldBefore(c *plan.Container) bool {
	known, ok := e.said.Load(c.ID)
	if ok {
		c.Message = known.(string)
	}
	return ok
}

// message is a termination message: the end of its file, or where that is
// empty and the policy says so, of the log of a container that has failed.
func (e *Engine) message(ctx context.Context, text string, u translate.Unit, c plan.Container) (string, error) {
	fallback := u.Container.TerminationMessagePolicy == v1.TerminationMessageFallbackToLogsOnError
	if text != "" || !fallback || c.ExitCode == 0 {
		return text, nil
	}
	lines := int64(lastLines)
	end := &ending{most: mostFallback}
	err := e.Logs(ctx, c.ID, engine.LogOptions{Tail: &lines}, end, end)
	if errors.Is(err, plan.ErrStale) {
		return "", nil
	}
	return string(end.bytes), err
}

// messageFiles are the ends of the files in the folder of the messages, by
// name; none where there is no such folder.
func (e *Engine) messageFiles(ctx context.Context, pause string) (map[string]string, error) {
	ends := map[string]string{}
	err := e.lookInto(ctx, pause, translate.MessageRoot, func(files *tar.Reader) error {
		for {
			file, err := files.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read termination messages: %w", err)
			}
			end := &ending{most: mostMessage}
			if _, err := io.Copy(end, files); err != nil {
				return fmt.Errorf("read termination message %s: %w", file.Name, err)
			}
			ends[path.Base(file.Name)] = string(end.bytes)
		}
	})
	return ends, err
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
