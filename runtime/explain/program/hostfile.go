//go:build ignore

package main

import (
	"path"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
)

// makeHostFile makes a file of the engine's machine where it is missing, by a
// container that is never started.
func makeHostFile(image, name string) {
	folder := mount.Mount{Type: mount.TypeBind, Source: path.Dir(name), Target: "/host"}
	made, err := docker.ContainerCreate(ctx, &container.Config{Image: image}, &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{folder}}, nil, nil, "")
	check(err)
	if _, err := docker.ContainerStatPath(ctx, made.ID, "/host/"+path.Base(name)); err != nil {
		unpack(made.ID, "/host", 0, file(path.Base(name), 0o644, ""))
	}
	check(docker.ContainerRemove(ctx, made.ID, container.RemoveOptions{RemoveVolumes: true}))
}
