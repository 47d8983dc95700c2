package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/minipod/minipod/hack/conformance/standin"
)

// registryConfig is for Debian's docker-registry: where it keeps its files, and where it listens.
const registryConfig = `version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: %s}}
http: {addr: %s}
`

// registry serves the stand-in images on loopback, where every engine takes a registry without TLS,
// so that specs which pull an image find one.
type registry struct {
	place   place
	api     string // the program hack/dockerapi
	files   string // the folder of what it holds
	address string
	cmd     *exec.Cmd
	group   *group
	names   []string // that the engine has got for its images
}

// startRegistry starts one that keeps its files in the folder of the run, and fills it.
func startRegistry(ctx context.Context, place place, folder string) (*registry, error) {
	if err := place.command(ctx, nil, filepath.Join(place.root, "hack", "registry")).Run(); err != nil {
		return nil, fmt.Errorf("install a registry: %w", err)
	}
	api, err := place.buildOwn(ctx, "dockerapi", "./hack/dockerapi")
	if err != nil {
		return nil, err
	}
	r := &registry{place: place, api: api, files: filepath.Join(folder, "registry")}
	if r.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, fmt.Errorf("start the registry: %w", err)
	}
	if err := r.fill(ctx); err != nil {
		return nil, errors.Join(err, r.stop(ctx))
	}
	return r, nil
}

// start starts the process, in a group.
func (r *registry) start() error {
	config := r.files + ".yaml"
	if err := os.WriteFile(config, fmt.Appendf(nil, registryConfig, r.files, r.address), 0o644); err != nil {
		return err
	}
	log, err := os.Create(r.files + ".log")
	if err != nil {
		return err
	}
	defer log.Close()
	r.cmd = exec.Command("docker-registry", "serve", config)
	r.cmd.Stdout, r.cmd.Stderr = log, log
	if r.group, err = newGroup(); err != nil {
		return err
	}
	r.group.join(r.cmd)
	if err := r.cmd.Start(); err != nil {
		return errors.Join(err, r.group.end())
	}
	return nil
}

// prefix is what the names of its images begin with.
func (r *registry) prefix() string { return r.address + "/minipod-e2e" }

// fill gives all stand-ins names of the registry, and pushes those that are pulled, once it listens.
func (r *registry) fill(ctx context.Context) error {
	if err := awaitListener(ctx, r.address); err != nil {
		return err
	}
	began := time.Now()
	for _, image := range standin.Images() {
		name := r.prefix() + "/" + image.Name
		r.names = append(r.names, name)
		if err := r.place.command(ctx, nil, r.api, "tag", image.Ref(), name).Run(); err != nil {
			return fmt.Errorf("name image %s: %w", name, err)
		}
		if !image.Pulled {
			continue
		}
		if err := r.place.command(ctx, nil, r.api, "push", name).Run(); err != nil {
			return fmt.Errorf("push %s: %w", name, err)
		}
	}
	say("filled a registry in %s", time.Since(began).Round(time.Second))
	return nil
}

// stop ends it, takes its names off the engine's images and removes what it holds.
func (r *registry) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWithin)
	defer cancel()
	err := r.place.command(ctx, nil, r.api, append([]string{"untag"}, r.names...)...).Run()
	killed := r.group.end()
	_ = r.cmd.Wait() // it was killed
	return errors.Join(err, killed, os.RemoveAll(r.files))
}

// awaitListener waits until something listens at an address.
func awaitListener(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to listen: %w", address, err)
		case <-again.C:
		}
	}
}
