package docker

import (
	"cmp"
	"context"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// A stream of events that breaks is opened again after a pause that doubles,
// so often in a row before the engine counts as gone: some three seconds. One
// that lasted was open.
const (
	firstPause = 100 * time.Millisecond
	reconnects = 5
	lasted     = time.Second
)

// Watch hints that a pod may have changed: see runtime.Engine. It also sends
// when the stream of events was opened, since it may have missed some before.
func (e *Engine) Watch(ctx context.Context, uid types.UID) <-chan struct{} {
	hints := make(chan struct{}, 1)
	go func() {
		defer close(hints)
		e.watch(ctx, uid, hints)
	}()
	return hints
}

// watch follows the events until ctx ends or the engine stays silent.
func (e *Engine) watch(ctx context.Context, uid types.UID, hints chan<- struct{}) {
	pause := firstPause
	for failures := 0; failures < reconnects; failures++ {
		if e.follow(ctx, uid, hints) {
			failures, pause = 0, firstPause
		}
		if wait(ctx, pause); ctx.Err() != nil {
			return
		}
		pause *= 2
	}
}

// follow passes hints on from one stream of events until it breaks, and tells
// whether it was open at all: the client does not say.
func (e *Engine) follow(ctx context.Context, uid types.UID, hints chan<- struct{}) (opened bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	messages, failed := e.cli.Events(ctx, events.ListOptions{Filters: watched()})
	hint(hints)
	for {
		select {
		case m := <-messages:
			opened = true
			if of := cmp.Or(podOf(m), notedPod(m)); of != "" && (uid == "" || of == uid) {
				e.heed(m)
				hint(hints)
			}
		case <-failed:
			return opened || time.Since(began) > lasted
		}
	}
}

// watched are the events that change a World: those of containers, and of the
// volumes that carry later manifests and notes. Those have no labels there, so each
// new volume is heard of. Those of execs are left out: a probe would wake the loop
// at every turn.
func watched() filters.Args {
	args := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)), filters.Arg("type", string(events.VolumeEventType)))
	for _, action := range []events.Action{
		events.ActionCreate, events.ActionStart, events.ActionDie, events.ActionStop, events.ActionRestart,
		events.ActionOOM, events.ActionUpdate, events.ActionDestroy,
		"died", events.ActionRemove, // Podman's words for two of these
	} {
		args.Add("event", string(action))
	}
	return args
}

// podOf is the pod that an event is about; empty where it is about none, or about a
// note, which is of account to those alone who do not keep the pod.
func podOf(m events.Message) types.UID {
	if m.Type == events.VolumeEventType {
		return volumeOf(m, translate.RevisedPod)
	}
	return types.UID(m.Actor.Attributes[translate.LabelUID])
}

// notedPod is the pod of which a note was written.
func notedPod(m events.Message) types.UID { return volumeOf(m, translate.NotedPod) }

// volumeOf is the pod of a volume that was made, as its name tells.
func volumeOf(m events.Message, pod func(volume string) types.UID) types.UID {
	if m.Type != events.VolumeEventType || m.Action != events.ActionCreate {
		return ""
	}
	return pod(m.Actor.ID)
}

// hint leaves a hint, unless one is waiting already.
func hint(hints chan<- struct{}) {
	select {
	case hints <- struct{}{}:
	default:
	}
}
