package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/minipod/minipod/hack/conformance/standin"
)

// makeImages makes the stand-in images that the engine has not got, or all of them if told so.
func makeImages(ctx context.Context, place place, remake bool) error {
	api, err := place.buildOwn(ctx, "dockerapi", "./hack/dockerapi")
	if err != nil {
		return err
	}
	images := standin.Images()
	var refs []string
	for _, image := range images {
		refs = append(refs, image.Ref())
	}
	out, err := place.command(ctx, nil, api, append([]string{"missing"}, refs...)...).Output()
	if err != nil {
		return fmt.Errorf("ask the engine for images (hack/engine sets one up): %w", err)
	}
	missing := strings.Fields(string(out))
	from := standin.Sources{Programs: place.bin(), Kubernetes: place.versions.kubernetes.Dir}
	for _, image := range images {
		if !remake && !slices.Contains(missing, image.Ref()) {
			continue
		}
		if err := makeImage(ctx, place, api, image, from); err != nil {
			return err
		}
	}
	return nil
}

func makeImage(ctx context.Context, place place, api string, image standin.Image, from standin.Sources) error {
	began := time.Now()
	var files bytes.Buffer
	if err := image.Context(ctx, &files, from); err != nil {
		return err
	}
	if err := place.command(ctx, &files, api, "build", image.Ref()).Run(); err != nil {
		return fmt.Errorf("make image %s: %w", image.Ref(), err)
	}
	say("made image %s in %s", image.Ref(), time.Since(began).Round(100*time.Millisecond))
	return nil
}

// buildOwn builds a program of the checkout, every time: go knows when there is nothing to do.
func (p place) buildOwn(ctx context.Context, name, of string) (string, error) {
	target := filepath.Join(p.cache, "own", name)
	cmd := p.command(ctx, nil, "go", "build", "-o", target, of)
	cmd.Env, cmd.Stdout = goEnv(), os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build %s: %w", of, err)
	}
	return target, nil
}
