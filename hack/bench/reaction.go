package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/minipod/minipod/runtime/translate"
)

// deaths kills containers, one a pod: how soon the next attempt has been
// started, by the times of the engine.
func (b *keepBench) deaths(ctx context.Context) error {
	var took []time.Duration
	for i := range b.kills {
		ended, err := b.kill(ctx, b.name(i))
		if err != nil {
			return err
		}
		started, err := b.next(ctx, b.name(i))
		if err != nil {
			return err
		}
		took = append(took, started.Sub(ended))
	}
	b.say("death to the next start", "%s", tail(took))
	return nil
}

// kill ends the container of a pod and is the time of its end.
func (b *keepBench) kill(ctx context.Context, pod string) (time.Time, error) {
	found, err := b.attempt(ctx, pod, 0)
	if err != nil {
		return time.Time{}, err
	}
	if err := b.cli.ContainerKill(ctx, found.ID, "KILL"); err != nil {
		return time.Time{}, fmt.Errorf("kill a container of %s: %w", pod, err)
	}
	dead, err := b.cli.ContainerInspect(ctx, found.ID)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, dead.State.FinishedAt)
}

// next is when the second attempt of a pod's container was started.
func (b *keepBench) next(ctx context.Context, pod string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		found, err := b.attempt(ctx, pod, 1)
		switch {
		case err == nil && found.State == container.StateRunning:
			c, err := b.cli.ContainerInspect(ctx, found.ID)
			if err != nil {
				return time.Time{}, err
			}
			return time.Parse(time.RFC3339Nano, c.State.StartedAt)
		case err != nil && !errors.Is(err, errNoAttempt):
			return time.Time{}, err
		}
		select {
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("wait for the next attempt of %s: %w", pod, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errNoAttempt = errors.New("there is no such attempt")

func (b *keepBench) attempt(ctx context.Context, pod string, n int) (container.Summary, error) {
	found, err := b.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(
		filters.Arg("label", translate.LabelNamespace+"="+keepSpace),
		filters.Arg("label", translate.LabelPod+"="+pod),
		filters.Arg("label", fmt.Sprintf("%s=%d", translate.LabelAttempt, n)),
		filters.Arg("label", translate.LabelContainer+"=main"),
	)})
	if err == nil && len(found) == 0 {
		err = errNoAttempt
	}
	if err != nil {
		return container.Summary{}, err
	}
	return found[0], nil
}

// failures has liveness probes fail: how soon after the end of the failing
// probe the container is told to stop, by the engine's events.
func (b *keepBench) failures(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := b.minipodIn(ctx, "run", filepath.Join(b.folder, "failing.yaml")); err != nil {
		return err
	}
	messages, failed := b.cli.Events(ctx, events.ListOptions{Filters: filters.NewArgs(
		filters.Arg("type", string(events.ContainerEventType)),
		filters.Arg("label", translate.LabelNamespace+"="+keepSpace),
		filters.Arg("event", string(events.ActionExecDie)), filters.Arg("event", string(events.ActionKill)),
	)})
	for i := range b.kills {
		if err := command(ctx, b.minipod, "exec", "-n", keepSpace, b.name(b.pods+i), "--", "rm", "/ok"); err != nil {
			return err
		}
	}
	var took []time.Duration
	ended := map[string]int64{} // by container, when the last probe that failed has ended
	for len(took) < b.kills {
		select {
		case m := <-messages:
			id := m.Actor.ID
			switch {
			case m.Action == events.ActionExecDie && m.Actor.Attributes["exitCode"] == "1":
				ended[id] = m.TimeNano
			case m.Action == events.ActionKill && ended[id] > 0 && m.Actor.Attributes["signal"] != "9":
				took = append(took, time.Duration(m.TimeNano-ended[id]))
				delete(ended, id)
			}
		case err := <-failed:
			return fmt.Errorf("wait for failing probes: %w", err)
		}
	}
	b.say("failed liveness probe to the stop", "%s", tail(took))
	return nil
}
