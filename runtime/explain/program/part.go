//go:build ignore

package main

import (
	"log"
	"path"
	"strings"
)

// makeFolders makes the folders of a path within a folder of a container that
// are missing. A link that leads out of that folder is not followed.
func makeFolders(name, whole, part string, mode int64, group int) {
	at := ""
	for _, next := range strings.Split(part, "/") {
		at = path.Join(at, next)
		stat, err := docker.ContainerStatPath(ctx, name, path.Join(whole, at))
		switch {
		case err != nil:
			unpack(name, whole, group, folder(at, mode))
		case stat.LinkTarget != "" && !strings.HasPrefix(stat.LinkTarget, whole+"/"):
			log.Fatalf("%s leads out of %s of %s", at, whole, name)
		}
	}
}
