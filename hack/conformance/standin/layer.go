// Package standin makes images that stand in for those of Kubernetes' tests, from the packages of
// the Debian or Ubuntu it runs on and from programs built of Kubernetes' own source. Nothing is
// pulled.
package standin

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// Layer is a file system being put together: what is added later replaces what was there.
// Everything in it belongs to root. Its top folders are merged into /usr, as Debian's are.
type Layer struct {
	entries map[string]entry
}

type entry struct {
	header tar.Header
	data   []byte
}

// NewLayer is a layer with nothing in it.
func NewLayer() *Layer {
	return &Layer{entries: map[string]entry{}}
}

// Dir adds a folder. mode is as archive/tar has it: 0o1777 is a sticky folder.
func (l *Layer) Dir(name string, mode int64) {
	l.add(tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}, nil)
}

// File adds a regular file. mode is as archive/tar has it: 0o4755 is a setuid program.
func (l *Layer) File(name string, mode int64, data []byte) {
	l.add(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode}, data)
}

// Link adds a symbolic link.
func (l *Layer) Link(name, target string) {
	l.add(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, nil)
}

// MergeUsr adds the links by which /bin and the like are parts of /usr. One layer of an image
// needs them.
func (l *Layer) MergeUsr() {
	for _, top := range []string{"bin", "sbin", "lib", "lib64"} {
		l.Dir(top, 0o755)
		link := tar.Header{Typeflag: tar.TypeSymlink, Name: top, Linkname: "usr/" + top, Mode: 0o777}
		l.entries[top] = entry{header: link}
	}
}

// Has tells whether name is in the layer.
func (l *Layer) Has(name string) bool {
	_, ok := l.entries[merged(name)]
	return ok
}

// Read is the content of the file called name.
func (l *Layer) Read(name string) ([]byte, error) {
	found, ok := l.entries[merged(name)]
	if !ok || found.header.Typeflag != tar.TypeReg {
		return nil, fmt.Errorf("no file %s in the layer", name)
	}
	return found.data, nil
}

// AddTar adds what is in a tar archive, such as a Debian package's files, without its manuals.
func (l *Layer) AddTar(r io.Reader) error {
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return fmt.Errorf("read %s: %w", header.Name, err)
		}
		if !unwanted(header.Name) {
			l.add(*header, data)
		}
	}
}

// WriteTo writes the layer as a tar archive, in the order of the names.
func (l *Layer) WriteTo(w io.Writer) (int64, error) {
	var buffer bytes.Buffer
	archive := tar.NewWriter(&buffer)
	for _, name := range slices.Sorted(maps.Keys(l.entries)) {
		header := l.entries[name].header
		if err := archive.WriteHeader(&header); err != nil {
			return 0, fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := archive.Write(l.entries[name].data); err != nil {
			return 0, fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return 0, fmt.Errorf("end archive: %w", err)
	}
	return buffer.WriteTo(w)
}

func (l *Layer) add(header tar.Header, data []byte) {
	name := merged(header.Name)
	if name == "" || header.Typeflag == tar.TypeDir && l.Has(name) {
		return
	}
	added := tar.Header{
		Typeflag: header.Typeflag, Name: name, Linkname: header.Linkname, Mode: header.Mode, Size: int64(len(data)),
	}
	if header.Typeflag == tar.TypeDir {
		added.Name += "/"
	}
	if header.Typeflag == tar.TypeLink { // its target may come after it, by name: make it a file
		added.Typeflag, added.Linkname = tar.TypeReg, ""
		data = l.entries[merged(header.Linkname)].data
		added.Size = int64(len(data))
	}
	l.entries[name] = entry{header: added, data: data}
}

// merged is where name is once /bin, /lib and the like are links into /usr.
func merged(name string) string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	top, below, deeper := strings.Cut(name, "/")
	switch top {
	case "bin", "sbin", "lib", "lib32", "lib64", "libx32":
		if deeper {
			return "usr/" + top + "/" + below
		}
		return "usr/" + top
	}
	return name
}

// unwanted are files of a package that no test looks at.
func unwanted(name string) bool {
	name = merged(name)
	for _, folder := range []string{"usr/share/man/", "usr/share/locale/", "usr/share/info/", "usr/share/lintian/"} {
		if strings.HasPrefix(name, folder) {
			return true
		}
	}
	return strings.HasPrefix(name, "usr/share/doc/") && path.Base(name) != "copyright"
}
