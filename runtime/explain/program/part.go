//go:build ignore

package main

import (
	"path"
	"strings"
)

// makeFolders makes the folders of a path within a folder of a container that
// are missing.
func makeFolders(name, whole, part string, mode int64, group int) {
	at := ""
	for _, next := range strings.Split(part, "/") {
		at = path.Join(at, next)
		if _, err := docker.ContainerStatPath(ctx, name, path.Join(whole, at)); err != nil {
			unpack(name, whole, group, folder(at, mode))
		}
	}
}
