//go:build ignore

package main

import (
	"log"
)

// place is where a folder of a container is on the engine's machine.
func place(name, folder string) string {
	found, err := docker.ContainerInspect(ctx, name)
	check(err)
	for _, m := range found.Mounts {
		if m.Destination == folder {
			return m.Source
		}
	}
	log.Fatalf("%s has no %s", name, folder)
	return ""
}
