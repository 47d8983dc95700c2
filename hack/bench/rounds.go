package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/minipod/minipod/runtime/translate"
)

// bench is what is measured, and the times so far.
type bench struct {
	cli     *client.Client
	minipod string
	file    string // the manifest
	many    string // that of twenty pods
	volumes string // that of the pod with volumes
	pod     *translate.Blueprint
	times   times
}

// times are the times of each thing that was measured, one a round.
type times map[string][]time.Duration

// measure goes the rounds of one run. The first ones load what is not there
// yet, such as the pause image, and do not count.
func (b *bench) measure(ctx context.Context, o options) error {
	b.times = times{}
	if err := b.ready(ctx); err != nil {
		return err
	}
	defer func() { _ = b.clear(context.WithoutCancel(ctx)) }()
	for i := range o.warmups + o.rounds {
		if i == o.warmups {
			clear(b.times)
		}
		if err := b.round(ctx, i); err != nil {
			return err
		}
	}
	return b.crowds(ctx, o.crowds)
}

// ready looks for what is needed, and removes what a bench that was killed has
// left.
func (b *bench) ready(ctx context.Context) error {
	if _, err := exec.LookPath(b.minipod); err != nil {
		return fmt.Errorf("look for minipod (make build makes it): %w", err)
	}
	if _, err := exec.LookPath("docker"); err != nil {
		return fmt.Errorf("look for the docker command to compare with: %w", err)
	}
	_, err := b.cli.ImageInspect(ctx, b.pod.Units[0].Request.Config.Image)
	if cerrdefs.IsNotFound(err) {
		return fmt.Errorf("look for the image of the containers (hack/images makes it): %w", err)
	}
	if err != nil {
		return err
	}
	return errors.Join(b.clearVolumes(ctx), b.clear(ctx), b.clearMany(ctx))
}

// round measures everything once. Each round begins with another way.
func (b *bench) round(ctx context.Context, n int) error {
	ways := b.ways()
	first := n % len(ways)
	for _, w := range slices.Concat(ways[first:], ways[:first]) {
		if err := b.time(ctx, w.name, w.make); err != nil {
			return err
		}
		if w.name == wayMinipod {
			if err := b.commands(ctx); err != nil {
				return err
			}
		}
		if err := b.clear(ctx); err != nil {
			return err
		}
	}
	return b.withVolumes(ctx)
}

// commands measures what else one does with a pod that is there.
func (b *bench) commands(ctx context.Context) error {
	for _, c := range []struct {
		name string
		args []string
	}{
		{cmdVersion, []string{"version"}},
		{cmdPs, []string{"ps"}},
		{cmdRm, []string{"rm", b.pod.Pod.Name}},
	} {
		run := func(ctx context.Context) error { return command(ctx, b.minipod, c.args...) }
		if err := b.time(ctx, c.name, run); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) time(ctx context.Context, name string, do func(context.Context) error) error {
	began := time.Now()
	if err := do(ctx); err != nil {
		return err
	}
	b.times[name] = append(b.times[name], time.Since(began))
	return nil
}

// clear removes the containers of the pod, those that join the pause first.
func (b *bench) clear(ctx context.Context) error {
	for _, r := range slices.Backward(b.requests()) {
		if err := b.remove(ctx, r.Name); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) remove(ctx context.Context, name string) error {
	err := b.cli.ContainerRemove(ctx, name, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}
