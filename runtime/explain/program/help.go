//go:build ignore

package main

import (
	"log"

	"github.com/docker/docker/api/types/container"
)

// help runs a container of which nothing is left.
func help(config *container.Config, host *container.HostConfig) {
	made, err := docker.ContainerCreate(ctx, config, host, nil, nil, "")
	check(err)
	ended, failed := docker.ContainerWait(ctx, made.ID, container.WaitConditionNextExit)
	start(made.ID)
	select {
	case end := <-ended:
		if end.StatusCode != 0 {
			log.Fatalf("%v ended with %d", config.Cmd, end.StatusCode)
		}
	case err := <-failed:
		check(err)
	}
}
