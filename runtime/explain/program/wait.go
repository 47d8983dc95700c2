//go:build ignore

package main

import (
	"log"

	"github.com/docker/docker/api/types/container"
)

// wait is POST /containers/NAME/wait: an init container has to end well.
func wait(name string) {
	ended, failed := docker.ContainerWait(ctx, name, container.WaitConditionNotRunning)
	select {
	case end := <-ended:
		if end.StatusCode != 0 {
			log.Fatalf("%s ended with %d", name, end.StatusCode)
		}
	case err := <-failed:
		check(err)
	}
}
