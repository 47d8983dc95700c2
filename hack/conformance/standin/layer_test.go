package standin

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// list reads a layer back as lines "mode type name [-> target] [content]".
func list(t *testing.T, layer *Layer) []string {
	t.Helper()
	var packed bytes.Buffer
	if _, err := layer.WriteTo(&packed); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for archive := tar.NewReader(&packed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%o %c %s %s%s", header.Mode, header.Typeflag, header.Name, header.Linkname, data)
		lines = append(lines, strings.TrimSpace(line))
	}
}

func check(t *testing.T, layer *Layer, want ...string) {
	t.Helper()
	if got := list(t, layer); !slices.Equal(got, want) {
		t.Errorf("layer has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLayerMergesUsrAndKeepsModes(t *testing.T) {
	layer := NewLayer()
	layer.MergeUsr()
	layer.File("/bin/nnp", 0o6755, []byte("x"))
	layer.Dir("./tmp", 0o1777)
	layer.Link("bin/sh", "bash")
	check(t, layer,
		"777 2 bin usr/bin", "777 2 lib usr/lib", "777 2 lib64 usr/lib64", "777 2 sbin usr/sbin",
		"1777 5 tmp/",
		"755 5 usr/bin/", "6755 0 usr/bin/nnp x", "777 2 usr/bin/sh bash", "755 5 usr/lib/", "755 5 usr/lib64/", "755 5 usr/sbin/")
}

func TestLayerLaterReplacesEarlierButFoldersStay(t *testing.T) {
	layer := NewLayer()
	layer.Link("bin/nc", "busybox")
	layer.Link("bin/nc", "nc.openbsd")
	layer.Dir("tmp", 0o1777)
	layer.Dir("tmp", 0o755)
	check(t, layer, "1777 5 tmp/", "777 2 usr/bin/nc nc.openbsd")
}

// packed is an archive as dpkg-deb gives it.
func packed(t *testing.T, headers ...tar.Header) io.Reader {
	t.Helper()
	var files bytes.Buffer
	archive := tar.NewWriter(&files)
	for _, header := range headers {
		data := []byte("x")
		if header.Typeflag != tar.TypeReg {
			data = nil
		}
		header.Size = int64(len(data))
		if err := archive.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return &files
}

func TestLayerTakesPackages(t *testing.T) {
	layer := NewLayer()
	err := layer.AddTar(packed(t,
		tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeDir, Name: "./lib/", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeReg, Name: "./lib/libz.so", Mode: 0o644, Uid: 7},
		tar.Header{Typeflag: tar.TypeLink, Name: "./bin/a", Linkname: "./lib/libz.so", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/man/man1/z.1.gz", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/doc/z/README", Mode: 0o644},
		tar.Header{Typeflag: tar.TypeReg, Name: "./usr/share/doc/z/copyright", Mode: 0o644},
	))
	if err != nil {
		t.Fatal(err)
	}
	check(t, layer, "644 0 usr/bin/a x", "755 5 usr/lib/", "644 0 usr/lib/libz.so x", "644 0 usr/share/doc/z/copyright x")
}

func TestLayerRefusesWhatIsNoArchive(t *testing.T) {
	if err := NewLayer().AddTar(strings.NewReader("not a tar archive")); err == nil {
		t.Error("no error")
	}
}

func TestImagesComeAfterTheirBase(t *testing.T) {
	made := map[string]bool{"": true}
	for _, image := range Images() {
		if !made[image.From] {
			t.Errorf("%s builds on %s, which is not made before it", image.Name, image.From)
		}
		made[image.Name] = true
	}
}

func TestDockerfile(t *testing.T) {
	for _, image := range Images() {
		if image.Name != "agnhost:2.66.1" {
			continue
		}
		want := "FROM localhost/minipod-e2e/busybox:1.37.0-2\nADD files.tar /\nLABEL dev.minipod.stand-in=\"agnhost:2.66.1\"\n" +
			"EXPOSE 80 8080 8081 9376 5000\nENTRYPOINT [\"/agnhost\"]\nCMD [\"pause\"]\n"
		if got := image.dockerfile(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		return
	}
	t.Error("there is no agnhost:2.66.1")
}
