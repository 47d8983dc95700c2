// Package image makes images of a few files in memory, for engines to load: no registry, no builder.
package image

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

// Recipe is what an image is made of. Equal recipes give equal bytes.
type Recipe struct {
	Reference  string // the name that it is loaded under
	Arch       string // as Go names it
	User       string // empty is root
	Entrypoint []string
	Files      []File
}

// File is a file of the image, or a folder when its name ends in a slash.
type File struct {
	Name string // without a slash before it
	Mode int64
	Data []byte
}

// Image is an image for one architecture.
type Image struct {
	Arch    string // as Go names it
	ID      string // sha256:..., the digest of the configuration: the image's ID in Docker's own image store
	Layer   string // sha256:..., the only entry of RootFS.Layers: the same in every image store
	Archive []byte // the tar that POST /images/load and `docker load` take; it names the image
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
	User       string `json:",omitempty"`
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

// Build makes the image.
func (r Recipe) Build() (*Image, error) {
	layer, err := writeTar(r.Files)
	if err != nil {
		return nil, fmt.Errorf("make the layer of %s: %w", r.Reference, err)
	}
	configuration, err := json.Marshal(config{
		Architecture: r.Arch,
		OS:           "linux",
		Created:      time.Unix(0, 0).UTC(),
		Config:       runConfig{User: r.User, Entrypoint: r.Entrypoint},
		RootFS:       rootFS{Type: "layers", Layers: []string{digest(layer)}},
	})
	if err != nil {
		return nil, fmt.Errorf("make the configuration of %s: %w", r.Reference, err)
	}
	archive, err := writeArchive(r.Reference, configuration, layer)
	if err != nil {
		return nil, fmt.Errorf("make the archive of %s: %w", r.Reference, err)
	}
	return &Image{Arch: r.Arch, ID: digest(configuration), Layer: digest(layer), Archive: archive}, nil
}

// Gzip returns the archive compressed as far as gzip goes, which `docker load` takes as well. The bytes
// are the same each time for one release of Go.
func (i *Image) Gzip() ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}
	if _, err := w.Write(i.Archive); err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress the archive: %w", err)
	}
	return b.Bytes(), nil
}

// writeArchive lays an image out as `docker save` did before OCI layouts, which every engine reads.
func writeArchive(reference string, configuration, layer []byte) ([]byte, error) {
	manifests, err := json.Marshal([]manifest{{
		Config:   "config.json",
		RepoTags: []string{reference},
		Layers:   []string{"layer.tar"},
	}})
	if err != nil {
		return nil, err
	}
	return writeTar([]File{
		{Name: "manifest.json", Mode: 0o644, Data: manifests},
		{Name: "config.json", Mode: 0o644, Data: configuration},
		{Name: "layer.tar", Mode: 0o644, Data: layer},
	})
}

// writeTar writes files owned by root, with no times, in the order given.
func writeTar(files []File) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		header := &tar.Header{Name: f.Name, Mode: f.Mode, Size: int64(len(f.Data)), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
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
