package transfer

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func write(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// What was packed is unpacked as it was, under its other name.
func TestThereAndBack(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, filepath.Join(from, "d/empty/x"), "", 0o644)
	write(t, filepath.Join(from, "d/run"), "text", 0o755)
	if err := os.Symlink("run", filepath.Join(from, "d/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(from, "d/empty"), 0o500); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := Pack(&archive, filepath.Join(from, "d"), "packed", none); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(&archive, to, "new", none); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(to, "new/link")); string(text) != "text" || err != nil {
		t.Errorf("through the link: %q, %v", text, err)
	}
	for name, want := range map[string]fs.FileMode{"new/run": 0o755, "new/empty": fs.ModeDir | 0o500, "new/empty/x": 0o644} {
		if info, err := os.Stat(filepath.Join(to, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if err := os.Chmod(filepath.Join(to, "new/empty"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// An archive cannot write outside of the folder: by its names, by a symlink of
// its own, or by one that is there.
func TestNothingOutside(t *testing.T) {
	for _, entries := range [][]tar.Header{
		{{Name: "a/../../../out", Typeflag: tar.TypeReg}},
		{{Name: "a/l", Typeflag: tar.TypeSymlink, Linkname: "../.."}, {Name: "a/l/out", Typeflag: tar.TypeReg}},
		{{Name: "a/there/out", Typeflag: tar.TypeReg}},
		{{Name: "a/file", Typeflag: tar.TypeReg}},
	} {
		outer := t.TempDir()
		folder := filepath.Join(outer, "folder")
		write(t, filepath.Join(folder, "b/x"), "", 0o644)
		write(t, filepath.Join(outer, "victim"), "safe", 0o644)
		for link, target := range map[string]string{"b/there": outer, "b/file": filepath.Join(outer, "victim")} {
			if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
				t.Fatal(err)
			}
		}
		var archive bytes.Buffer
		w := tar.NewWriter(&archive)
		for _, h := range entries {
			h.Mode = 0o644
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		err := Unpack(&archive, folder, "b", none)
		if _, statErr := os.Stat(filepath.Join(outer, "out")); statErr == nil {
			t.Errorf("%v: a file was written outside, %v", entries[0].Name, err)
		}
		if text, _ := os.ReadFile(filepath.Join(outer, "victim")); string(text) != "safe" {
			t.Errorf("%v: a file outside was changed", entries[0].Name)
		}
	}
}

// Zeros take no room on the disk, and none are lost at the end.
func TestSparse(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "f"), t.TempDir()
	write(t, from, "begin", 0o644)
	if err := os.Truncate(from, 64<<20+7); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := Pack(&archive, from, "f", none); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(&archive, to, "g", none); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(to, "g"))
	if err != nil || info.Size() != 64<<20+7 {
		t.Fatalf("%v, %v", info, err)
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Blocks*512 > 1<<20 {
		t.Errorf("it takes %d bytes", s.Blocks*512)
	}
}

// none is for archives of which nothing is left out.
func none(at string) { panic(at + " is left out") }

func TestSpecialFilesAreLeftOut(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	pipe := filepath.Join(from, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	var out []string
	note := func(at string) { out = append(out, at) }
	if err := Pack(io.Discard, from, "d", note); err != nil || !slices.Equal(out, []string{pipe}) {
		t.Errorf("packed without %q, %v, want %s", out, err, pipe)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := errors.Join(w.WriteHeader(&tar.Header{Typeflag: tar.TypeFifo, Name: "d/pipe"}), w.Close()); err != nil {
		t.Fatal(err)
	}
	out = nil
	if err := Unpack(&archive, to, "new", note); err != nil || !slices.Equal(out, []string{filepath.Join(to, "new", "pipe")}) {
		t.Errorf("unpacked without %q, %v", out, err)
	}
}

// Half a file is not left under the name of the whole.
func TestUnpackThatIsCutShort(t *testing.T) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "f", Size: 100, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 50)); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	err := Unpack(&archive, to, "f", none)
	if _, there := os.Stat(filepath.Join(to, "f")); err == nil || !os.IsNotExist(there) {
		t.Errorf("unpacked with %v, and the file: %v", err, there)
	}
}
