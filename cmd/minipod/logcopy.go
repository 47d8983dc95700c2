package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// waitingReason is why a container has not run, as its status has it.
func waitingReason(w plan.World, container string) string {
	pod := status.Pod(w, time.Now())
	all := slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses)
	i := slices.IndexFunc(all, func(s v1.ContainerStatus) bool { return s.Name == container })
	if i < 0 || all[i].State.Waiting == nil {
		return "ContainerCreating"
	}
	switch reason := all[i].State.Waiting.Reason; reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	default:
		return cmp.Or(reason, "ContainerCreating")
	}
}

// prefixes puts [pod/NAME/CONTAINER] in front of each line, and keeps the
// lines of containers that write at the same time apart.
type prefixes struct {
	pod string
	on  bool

	mu sync.Mutex
}

// lineWriter is the way of one container's output.
type lineWriter struct {
	*prefixes
	to     io.Writer
	prefix []byte
	rest   []byte // of a line that has not ended
}

func (p *prefixes) writer(to io.Writer, container string) *lineWriter {
	w := &lineWriter{prefixes: p, to: to}
	if p.on {
		w.prefix = fmt.Appendf(nil, "[pod/%s/%s] ", p.pod, container)
	}
	return w
}

// Write passes on what it is given, or with prefixes the lines that have
// ended.
func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.prefix == nil {
		return w.to.Write(b)
	}
	w.rest = append(w.rest, b...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 {
			return len(b), nil
		}
		line := slices.Concat(w.prefix, w.rest[:end+1])
		w.rest = w.rest[end+1:]
		if _, err := w.to.Write(line); err != nil {
			return 0, err
		}
	}
}

// flush writes a last line that has no end.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		// An error shows at the next write, or nobody reads any more.
		_, _ = w.to.Write(append(slices.Concat(w.prefix, w.rest), '\n'))
		w.rest = nil
	}
}

// limit ends the copying of logs after so many bytes.
type limit struct {
	left    int64
	reached func()
}

type limitedWriter struct {
	*limit
	to io.Writer
}

func (l *limit) writer(to io.Writer) io.Writer { return &limitedWriter{limit: l, to: to} }

// Write passes on what is within the limit, and drops the rest.
func (w *limitedWriter) Write(b []byte) (int, error) {
	within := b[:min(int64(len(b)), w.left)]
	w.left -= int64(len(within))
	_, err := w.to.Write(within)
	if w.left == 0 {
		w.reached()
	}
	return len(b), err
}
