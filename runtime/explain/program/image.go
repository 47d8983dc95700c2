//go:build ignore

package main

import (
	"encoding/base64"
	"io"
	"log"
	"strings"

	"github.com/docker/docker/client"
)

// load is POST /images/load of an archive for the engine's architecture, where
// the engine does not have the image.
func load(image string, archives map[string]string) {
	if _, err := docker.ImageInspect(ctx, image); err == nil {
		return
	}
	version, err := docker.ServerVersion(ctx)
	check(err)
	archive, ok := archives[version.Arch]
	if !ok {
		log.Fatalf("there is no %s for %s", image, version.Arch)
	}
	answer, err := docker.ImageLoad(ctx, base64.NewDecoder(base64.StdEncoding, strings.NewReader(archive)), client.ImageLoadWithQuiet(true))
	check(err)
	_, err = io.Copy(io.Discard, answer.Body)
	check(err)
	check(answer.Body.Close())
}
