//go:build ignore

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
)

var (
	ctx    = context.Background()
	docker = connect()
	uid    = newUID() // the pod's
)

// connect is a client of the engine that DOCKER_HOST names.
func connect() *client.Client {
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	check(err)
	return c
}

func newUID() string {
	b := make([]byte, 16)
	_, err := rand.Read(b)
	check(err)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// create is POST /containers/create.
func create(name string, config *container.Config, host *container.HostConfig) error {
	_, err := docker.ContainerCreate(ctx, config, host, nil, nil, name)
	return err
}

// join creates a container that joins the pause, or goes on with the one that
// minipod supervise or serve has made meanwhile: the engine takes the name before
// there is a container.
func join(name string, config *container.Config, host *container.HostConfig) {
	err := create(name, config, host)
	for tries := 0; tries < 100 && errdefs.IsConflict(err); tries++ {
		if _, err := docker.ContainerInspect(ctx, name); !errdefs.IsNotFound(err) {
			check(err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	check(err)
}

// start is POST /containers/NAME/start.
func start(name string) {
	check(docker.ContainerStart(ctx, name, container.StartOptions{}))
}

func ptr[T any](v T) *T { return &v }
