package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// latencies are what happened after the deaths of containers: until a client
// that watches was told, and until it was told that the next attempt runs.
type latencies struct{ told, back []time.Duration }

// deaths kills containers, one a pod, and watches for what a client is told.
// The engine's own time of a death counts, not that of the call that kills.
func (b *serveBench) deaths(ctx context.Context) error {
	ids, err := b.containers(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := b.watchPods(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	sightings := make(chan sighting, 1024)
	failed := make(chan error, 1)
	go func() { failed <- follow(ctx, stream, sightings) }()
	var l latencies
	for _, pod := range b.pods[:b.kills] {
		if err := b.death(ctx, pod, ids[pod], sightings, &l); err != nil {
			select {
			case err = <-failed:
			default:
			}
			return err
		}
	}
	b.say("death to watch event", "%s", tail(l.told))
	b.say("death to watch event, running again", "%s", tail(l.back))
	return nil
}

// death kills one container and waits until the pod runs again.
func (b *serveBench) death(ctx context.Context, pod, id string, sightings <-chan sighting, l *latencies) error {
	if err := b.cli.ContainerKill(ctx, id, "KILL"); err != nil {
		return fmt.Errorf("kill a container of %s: %w", pod, err)
	}
	told, back, err := await(ctx, pod, id, sightings)
	if err != nil {
		return err
	}
	dead, err := b.cli.ContainerInspect(ctx, id)
	if err != nil {
		return fmt.Errorf("look at a dead container of %s: %w", pod, err)
	}
	died, err := time.Parse(time.RFC3339Nano, dead.State.FinishedAt)
	if err != nil {
		return err
	}
	l.told = append(l.told, told.Sub(died))
	l.back = append(l.back, back.Sub(died))
	return nil
}

// await waits until the watch has told of a death and of a new attempt.
func await(ctx context.Context, pod, id string, sightings <-chan sighting) (told, back time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return told, back, fmt.Errorf("wait for a death of %s: %w", pod, ctx.Err())
		case s := <-sightings:
			running := s.state.Running != nil
			switch {
			case s.pod != pod, running && s.id == id:
				continue
			case told.IsZero():
				told = s.at
			}
			if running {
				return told, s.at, nil
			}
		}
	}
}

// sighting is what a client is told of the container of a pod.
type sighting struct {
	at      time.Time
	pod, id string
	state   v1.ContainerState
}

func (b *serveBench) watchPods(ctx context.Context) (io.ReadCloser, error) {
	var list metav1.PartialObjectMetadataList
	if err := b.api.do(ctx, http.MethodGet, crowdPods, nil, &list); err != nil {
		return nil, err
	}
	return b.api.another().open(ctx, http.MethodGet, crowdPods+"?watch=1&resourceVersion="+list.ResourceVersion, nil)
}

// follow reads a watch until it ends.
func follow(ctx context.Context, stream io.Reader, to chan<- sighting) error {
	const prefix = len("docker://")
	for events := json.NewDecoder(stream); ; {
		var event struct{ Object v1.Pod }
		if err := events.Decode(&event); err != nil {
			return fmt.Errorf("watch the pods: %w", err)
		}
		at := time.Now()
		for _, c := range event.Object.Status.ContainerStatuses {
			s := sighting{at: at, pod: event.Object.Name, state: c.State}
			if len(c.ContainerID) > prefix {
				s.id = c.ContainerID[prefix:]
			}
			select {
			case to <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}
