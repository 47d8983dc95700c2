//go:build ignore

package main

import (
	"archive/tar"
	"errors"
	"io"
)

// root is the root of a volume that outlives pods.
type root struct {
	mode  int64
	group int
	used  bool
}

// rootOf reads the first two entries of the archive of a folder of a container.
func rootOf(name, path string) root {
	archive, _, err := docker.CopyFromContainer(ctx, name, path)
	check(err)
	defer archive.Close()
	entries := tar.NewReader(archive)
	first, err := entries.Next()
	check(err)
	_, err = entries.Next()
	if !errors.Is(err, io.EOF) {
		check(err)
	}
	return root{mode: first.Mode & 0o7777, group: first.Gid, used: err == nil}
}
