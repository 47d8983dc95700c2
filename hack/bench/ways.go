package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/translate"
)

// The ways to make the pod, and the other commands, as the report calls them.
const (
	wayMinipod = "minipod run"
	wayDocker  = "docker run, four times"
	wayAPI     = "API calls, one after the other"
	wayAhead   = "API calls, creates ahead"
	cmdVersion = "minipod version"
	cmdPs      = "minipod ps"
	cmdRm      = "minipod rm"
)

// ways make the pod; they take turns in this order.
func (b *bench) ways() []way {
	return []way{
		{wayMinipod, b.byMinipod},
		{wayDocker, b.byDocker},
		{wayAPI, b.byAPI},
		{wayAhead, b.byAPIAhead},
	}
}

type way struct {
	name string
	make func(context.Context) error
}

func (b *bench) byMinipod(ctx context.Context) error {
	return command(ctx, b.minipod, "run", b.file)
}

// byDocker is the walk-through of a pod: the pause, and containers that join
// its namespaces.
func (b *bench) byDocker(ctx context.Context) error {
	pause := b.pod.Pause
	err := command(ctx, "docker", "run", "-d", "--name", pause.Name, "--ipc", "shareable", pause.Config.Image)
	if err != nil {
		return err
	}
	join := "container:" + pause.Name
	for _, u := range b.pod.Units {
		c := first(u).Config
		args := []string{"run", "-d", "--name", u.Request.Name, "--network", join, "--ipc", join, "--pid", join}
		args = append(args, "--entrypoint", c.Entrypoint[0], c.Image)
		if err := command(ctx, "docker", append(args, c.Cmd...)...); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) byAPI(ctx context.Context) error {
	for _, r := range b.requests() {
		id, err := b.create(ctx, r)
		if err != nil {
			return err
		}
		if err := b.start(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// byAPIAhead makes the calls that may be made side by side so: containers are
// created while the pause starts, and start in their order.
func (b *bench) byAPIAhead(ctx context.Context) error {
	requests := b.requests()
	pause, err := b.create(ctx, requests[0])
	if err != nil {
		return err
	}
	group, within := errgroup.WithContext(ctx)
	group.Go(func() error { return b.start(within, pause) })
	ids := make([]string, len(requests)-1)
	for i, r := range requests[1:] {
		group.Go(func() (err error) {
			ids[i], err = b.create(within, r)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, id := range ids {
		if err := b.start(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) create(ctx context.Context, r translate.Request) (id string, err error) {
	config, host := *r.Config, *r.Host // the client completes them in place
	made, err := b.cli.ContainerCreate(ctx, &config, &host, r.Network, nil, r.Name)
	if err != nil {
		return "", fmt.Errorf("create %s: %w", r.Name, err)
	}
	return made.ID, nil
}

func (b *bench) start(ctx context.Context, id string) error {
	if err := b.cli.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	return nil
}

// requests make the containers of the pod, the pause first: as minipod does,
// but for the labels, by which a minipod serve would take them for a pod.
func (b *bench) requests() []translate.Request {
	requests := []translate.Request{b.pod.Pause}
	for _, u := range b.pod.Units {
		requests = append(requests, first(u))
	}
	for i := range requests {
		config := *requests[i].Config
		config.Labels = nil
		requests[i].Config = &config
	}
	return requests
}

// first is the first attempt of a container, which asks for nothing that
// is known only late.
func first(u translate.Unit) translate.Request {
	request, missing := u.Attempt(translate.Inputs{}, 0, 0)
	if missing != nil {
		return u.Request
	}
	return *request
}

// command runs a program to its end; what it says is told when it fails.
func command(ctx context.Context, name string, args ...string) error {
	return output(exec.CommandContext(ctx, name, args...))
}

func output(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}
