//go:build ignore

package main

import (
	"github.com/docker/docker/api/types/container"
)

// copyImage copies the files of an image into a folder of a container.
func copyImage(reference, name, path string) {
	made, err := docker.ContainerCreate(ctx, &container.Config{Image: reference, Entrypoint: []string{"/none"}}, &container.HostConfig{NetworkMode: "none"}, nil, nil, "")
	check(err)
	archive, _, err := docker.CopyFromContainer(ctx, made.ID, "/.")
	check(err)
	check(docker.CopyToContainer(ctx, name, path, archive, container.CopyToContainerOptions{}))
	check(archive.Close())
	check(docker.ContainerRemove(ctx, made.ID, container.RemoveOptions{RemoveVolumes: true}))
}
