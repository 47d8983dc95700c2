package docker

import (
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
	messages, failed := e.cli.Events(ctx, events.ListOptions{Filters: watched(uid)})
	hint(hints)
	for {
		select {
		case m := <-messages:
			e.heed(m)
			opened = true
			hint(hints)
		case <-failed:
			return opened || time.Since(began) > lasted
		}
	}
}

// watched are the events that change a World. Those of execs are left out: a
// probe would wake the loop at every turn.
func watched(uid types.UID) filters.Args {
	label := translate.LabelUID
	if uid != "" {
		label += "=" + string(uid)
	}
	args := filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)), filters.Arg("label", label))
	for _, action := range []events.Action{
		events.ActionCreate, events.ActionStart, events.ActionDie, events.ActionStop, events.ActionRestart,
		events.ActionOOM, events.ActionUpdate, events.ActionDestroy,
		"died", events.ActionRemove, // Podman's words for two of these
	} {
		args.Add("event", string(action))
	}
	return args
}

// hint leaves a hint, unless one is waiting already.
func hint(hints chan<- struct{}) {
	select {
	case hints <- struct{}{}:
	default:
	}
}
