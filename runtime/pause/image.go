package pause

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// user owns nothing in the image and is nobody anywhere; Kubernetes' own pause runs as it.
const user = "65535:65535"

// Image is the pause image for one architecture. Equal versions give equal bytes.
type Image struct {
	Arch    string // amd64 or arm64
	ID      string // sha256:..., the digest of the configuration: the image's ID in Docker's own image store
	Layer   string // sha256:..., the only entry of RootFS.Layers: the same in every image store
	Archive []byte // the tar that POST /images/load and `docker load` take; it names the image [Reference]
}

// The image configuration, the part of the OCI specification that is used here.
type config struct {
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Created      time.Time `json:"created"`
	Config       runConfig `json:"config"`
	RootFS       rootFS    `json:"rootfs"`
}

type runConfig struct {
	User       string
	Entrypoint []string
}

type rootFS struct {
	Type   string   `json:"type"`
	Layers []string `json:"diff_ids"`
}

// manifest is an entry of manifest.json in the archive.
type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// Build makes the image for an architecture that [Program] takes.
func Build(arch string) (*Image, error) {
	name, err := normalize(arch)
	if err != nil {
		return nil, err
	}
	program, err := Program(name)
	if err != nil {
		return nil, err
	}
	layer, err := writeTar(layerEntries(program))
	if err != nil {
		return nil, fmt.Errorf("make pause layer: %w", err)
	}
	configuration, err := json.Marshal(config{
		Architecture: name,
		OS:           "linux",
		Created:      time.Unix(0, 0).UTC(),
		Config:       runConfig{User: user, Entrypoint: []string{ProgramPath}},
		RootFS:       rootFS{Type: "layers", Layers: []string{digest(layer)}},
	})
	if err != nil {
		return nil, fmt.Errorf("make pause configuration: %w", err)
	}
	archive, err := writeArchive(configuration, layer)
	if err != nil {
		return nil, fmt.Errorf("make pause archive: %w", err)
	}
	return &Image{Arch: name, ID: digest(configuration), Layer: digest(layer), Archive: archive}, nil
}

// Gzip returns the archive compressed as far as gzip goes, which `docker load` takes as well. The bytes
// are the same each time for one release of Go.
func (i *Image) Gzip() ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress pause archive: %w", err)
	}
	if _, err := w.Write(i.Archive); err != nil {
		return nil, fmt.Errorf("compress pause archive: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress pause archive: %w", err)
	}
	return b.Bytes(), nil
}

// entry is a file of a tar, or a folder when its name ends in a slash.
type entry struct {
	name string
	mode int64
	data []byte
}

// layerEntries is the root of the image. What engines mount on (/dev, /proc, /sys, /etc/hosts) they make
// themselves; the folders are what minipod puts things into.
func layerEntries(program []byte) []entry {
	return []entry{
		{name: "minipod/", mode: 0o755},
		{name: "volumes/", mode: 0o755},
		{name: "pause", mode: 0o755, data: program},
	}
}

// writeArchive lays an image out as `docker save` did before OCI layouts, which every engine reads.
func writeArchive(configuration, layer []byte) ([]byte, error) {
	manifests, err := json.Marshal([]manifest{{
		Config:   "config.json",
		RepoTags: []string{Reference},
		Layers:   []string{"layer.tar"},
	}})
	if err != nil {
		return nil, err
	}
	return writeTar([]entry{
		{name: "manifest.json", mode: 0o644, data: manifests},
		{name: "config.json", mode: 0o644, data: configuration},
		{name: "layer.tar", mode: 0o644, data: layer},
	})
}

// writeTar writes entries owned by root, with no times, in the order given.
func writeTar(entries []entry) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
