package standin

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"runtime"
	"strings"
)

// registryDir is where agnhost's fake-registry-server has its images.
const registryDir = "var/registry"

// descriptor is of the OCI image specification.
type descriptor struct {
	MediaType string `json:"mediaType"`
	Size      int    `json:"size"`
	Digest    string `json:"digest"`
}

// registry adds the one image that agnhost's registry serves, pause:testing, as its handlers look
// for it.
func registry(ctx context.Context, layer *Layer, from Sources) error {
	files := NewLayer()
	if err := pause(ctx, files, from); err != nil {
		return err
	}
	var plain, zipped bytes.Buffer
	if _, err := files.WriteTo(&plain); err != nil {
		return err
	}
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(plain.Bytes()); err != nil {
		return fmt.Errorf("compress the layer of pause: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("compress the layer of pause: %w", err)
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/pause"}, "User": "65535:65535"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(plain.Bytes())}},
	})
	if err != nil {
		return err
	}
	const docker = "application/vnd.docker."
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": docker + "distribution.manifest.v2+json",
		"config": descriptor{docker + "container.image.v1+json", len(config), digest(config)},
		"layers": []descriptor{{docker + "image.rootfs.diff.tar.gzip", zipped.Len(), digest(zipped.Bytes())}},
	})
	if err != nil {
		return err
	}
	image := path.Join(registryDir, "pause")
	addBlob(layer, path.Join(image, "manifests"), manifest)
	for _, data := range [][]byte{config, zipped.Bytes()} {
		addBlob(layer, path.Join(image, "blobs"), data)
	}
	layer.File(path.Join(image, "manifests/testing"), 0o644, []byte(digest(manifest)+"\n"))
	return nil
}

// addBlob adds what is found by its digest.
func addBlob(layer *Layer, folder string, data []byte) {
	_, sum, _ := strings.Cut(digest(data), ":")
	layer.File(path.Join(folder, "sha256", sum[:2], sum, "data"), 0o644, data)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
