//go:build ignore

package main

import (
	"io"

	"github.com/docker/docker/api/types/image"
)

// pull is POST /images/create, without credentials.
func pull(reference string) error {
	progress, err := docker.ImagePull(ctx, reference, image.PullOptions{})
	if err != nil {
		return err
	}
	defer progress.Close()
	_, err = io.Copy(io.Discard, progress)
	return err
}

// have is GET /images/REFERENCE/json.
func have(reference string) error {
	_, err := docker.ImageInspect(ctx, reference)
	return err
}
