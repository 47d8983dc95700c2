package transfer

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
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
	if err := Pack(&archive, filepath.Join(from, "d"), "packed"); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(&archive, to, "new"); err != nil {
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
		err := Unpack(&archive, folder, "b")
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
	if err := Pack(&archive, from, "f"); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(&archive, to, "g"); err != nil {
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
