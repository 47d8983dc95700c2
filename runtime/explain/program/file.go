//go:build ignore

package main

import (
	"archive/tar"
	"io"
	"regexp"
)

// fileValue is the value of one line in a file of a container, where
// KEY='value' stands.
func fileValue(name, path, key string) string {
	archive, _, err := docker.CopyFromContainer(ctx, name, path)
	check(err)
	defer archive.Close()
	file := tar.NewReader(archive)
	_, err = file.Next()
	check(err)
	text, err := io.ReadAll(file)
	check(err)
	found := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(key) + `='([^']*)'`).FindSubmatch(text)
	if found == nil {
		return ""
	}
	return string(found[1])
}
