//go:build ignore

package main

import (
	"archive/tar"
	"bytes"
	"time"

	"github.com/docker/docker/api/types/container"
)

// entry is a part of an archive.
type entry struct {
	tar.Header
	data string
}

func folder(name string, mode int64) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode}}
}

func file(name string, mode int64, data string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(data))}, data}
}

func link(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}}
}

// unpack is PUT /containers/NAME/archive: the entries become files of a group
// in a folder of the container, one after the other.
func unpack(name, path string, group int, entries ...entry) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, e := range entries {
		e.Gid, e.ModTime = group, time.Now()
		check(w.WriteHeader(&e.Header))
		_, err := w.Write([]byte(e.data))
		check(err)
	}
	check(w.Close())
	check(docker.CopyToContainer(ctx, name, path, &archive, container.CopyToContainerOptions{}))
}
