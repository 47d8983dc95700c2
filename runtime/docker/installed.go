package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	dockerimage "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"

	"github.com/minipod/minipod/runtime/image"
	"github.com/minipod/minipod/runtime/plan"
)

// The container that keeps the pods from inside the engine.
const (
	// InstalledName is its name.
	InstalledName = "minipod_supervise"
	// installedImage is its image, made from the program in it.
	installedImage = "minipod/supervise:installed"
	// labelProgram is the digest of the program that it runs.
	labelProgram = "dev.minipod.program"
	// defaultSocket is where an engine's machine has its socket.
	defaultSocket = "/var/run/docker.sock"
)

// Program is a Linux program that keeps pods, to be put into an engine.
type Program struct {
	Arch string // as Go names it
	Data []byte
	Args []string
	// Socket is the engine's socket on its machine; empty is what the engine
	// is reached by, if that is a socket, and else Docker's own.
	Socket string
}

// digest tells programs from each other, and how they are run.
func (p Program) digest(socket string) string {
	sum := sha256.New()
	sum.Write(p.Data)
	fmt.Fprintf(sum, "%q %q", p.Args, socket)
	return hex.EncodeToString(sum.Sum(nil))
}

// Installed reports whether a container of the engine keeps its pods. One that ends
// whenever it is started keeps none.
func (e *Engine) Installed(ctx context.Context) (bool, error) {
	found, err := e.installed(ctx)
	return found != nil && found.State.Running && !found.State.Restarting, err
}

// installed is nil where there is none.
func (e *Engine) installed(ctx context.Context) (*container.InspectResponse, error) {
	found, err := e.inspectOne(ctx, InstalledName)
	if cerrdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the container %s: %w", InstalledName, e.explain(err))
	}
	if found.Config.Labels[labelProgram] == "" {
		return nil, fmt.Errorf("the name %s is taken by a container that is not minipod's: docker rm it, or rename it", InstalledName)
	}
	return &found, nil
}

// Install has the engine run a program that keeps its pods, whatever becomes
// of this process. One that runs the same is left as is (changed is false),
// another is replaced.
func (e *Engine) Install(ctx context.Context, p Program) (changed bool, err error) {
	socket := e.socketFor(p)
	there, err := e.installed(ctx)
	if err != nil {
		return false, err
	}
	if there != nil {
		if there.Config.Labels[labelProgram] == p.digest(socket) && there.State.Running {
			return false, nil
		}
		if _, err := e.Uninstall(ctx); err != nil {
			return false, err
		}
	}
	made, err := image.Recipe{
		Reference: installedImage, Arch: p.Arch, Entrypoint: append([]string{"/minipod"}, p.Args...),
		Files: []image.File{{Name: "minipod", Mode: 0o755, Data: p.Data}},
	}.Build()
	if err != nil {
		return false, err
	}
	if err := e.load(ctx, installedImage, made); err != nil {
		return false, err
	}
	if err := e.startInstalled(ctx, p.digest(socket), socket); err != nil {
		_, undone := e.Uninstall(context.WithoutCancel(ctx))
		return false, errors.Join(err, undone)
	}
	return true, nil
}

// startInstalled makes the container. It is in the machine's network, where
// the pods' addresses can be reached.
func (e *Engine) startInstalled(ctx context.Context, digest, socket string) error {
	made, err := e.cli.ContainerCreate(ctx, &container.Config{
		Image: installedImage, Labels: map[string]string{labelProgram: digest},
		Env: []string{"DOCKER_HOST=unix://" + defaultSocket, "HOME=/"},
	}, &container.HostConfig{
		NetworkMode:   "host",
		RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyAlways},
		SecurityOpt:   []string{"label=disable"}, // SELinux keeps others from the socket
		LogConfig:     container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "1m", "max-file": "2"}},
		Mounts:        []mount.Mount{{Type: mount.TypeBind, Source: socket, Target: defaultSocket}},
	}, nil, nil, InstalledName)
	if err != nil {
		return fmt.Errorf("create %s: %w", InstalledName, e.explain(err))
	}
	if err := e.cli.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		return fmt.Errorf("start %s: %w", InstalledName, e.explain(err))
	}
	return nil
}

// socketFor is where the program finds the engine, on the engine's machine.
func (e *Engine) socketFor(p Program) string {
	if p.Socket != "" {
		return p.Socket
	}
	if path, local := strings.CutPrefix(e.where.address, "unix://"); local {
		return path
	}
	return defaultSocket
}

// Uninstall removes what Install has made; was reports whether there was
// anything.
func (e *Engine) Uninstall(ctx context.Context) (was bool, err error) {
	there, err := e.installed(ctx)
	if err != nil {
		return false, err
	}
	if there != nil {
		if err := e.remove(ctx, there.ID); err != nil && !errors.Is(err, plan.ErrStale) {
			return true, err
		}
	}
	_, err = e.cli.ImageRemove(ctx, installedImage, dockerimage.RemoveOptions{Force: true})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return true, fmt.Errorf("remove image %s: %w", installedImage, e.explain(err))
	}
	return there != nil || err == nil, nil
}
