package standin

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
)

// Registry is what the tests are told to find all images under. It is no registry's name: an
// image that is not on the engine must fail at once.
const Registry = "localhost/minipod-e2e"

// Image is one stand-in: what lies in its own layer, and what its Dockerfile says.
type Image struct {
	Name   string // with its tag, without the registry
	From   string // the stand-in it builds on, or "" for scratch
	Config []string
	Pulled bool // by a spec, also where the engine has it
	fill   func(context.Context, *Layer, Sources) error
}

// Sources is what stand-ins are made of.
type Sources struct {
	Programs   string // the folder of the built programs: agnhost, nonewprivs, pause, sh
	Kubernetes string // the folder of the module k8s.io/kubernetes
}

// Ref is the name by which the engine knows the image.
func (i Image) Ref() string {
	return Registry + "/" + i.Name
}

// Context writes the build context of the image, a tar archive with a Dockerfile, to w.
func (i Image) Context(ctx context.Context, w io.Writer, from Sources) error {
	layer := NewLayer()
	if i.fill != nil {
		if err := i.fill(ctx, layer, from); err != nil {
			return fmt.Errorf("put %s together: %w", i.Name, err)
		}
	}
	var files bytes.Buffer
	if _, err := layer.WriteTo(&files); err != nil {
		return fmt.Errorf("pack %s: %w", i.Name, err)
	}
	archive := tar.NewWriter(w)
	if err := writeFile(archive, "Dockerfile", []byte(i.dockerfile())); err != nil {
		return err
	}
	if err := writeFile(archive, "files.tar", files.Bytes()); err != nil {
		return err
	}
	return archive.Close()
}

func (i Image) dockerfile() string {
	lines := []string{"FROM scratch"}
	if i.From != "" {
		lines[0] = "FROM " + Registry + "/" + i.From
	}
	if i.fill != nil {
		lines = append(lines, "ADD files.tar /")
	}
	// Without a label of its own an image that adds nothing would have its base's ID.
	lines = append(lines, fmt.Sprintf("LABEL dev.minipod.stand-in=%q", i.Name))
	return strings.Join(append(lines, i.Config...), "\n") + "\n"
}

func writeFile(archive *tar.Writer, name string, data []byte) error {
	header := tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(data))}
	if err := archive.WriteHeader(&header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := archive.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
