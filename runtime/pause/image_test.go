package pause_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/image"
	"github.com/minipod/minipod/runtime/pause"
)

func TestPrograms(t *testing.T) {
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "x86_64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "aarch64": elf.EM_AARCH64}
	for arch, machine := range machines {
		program, err := pause.Program(arch)
		if err != nil {
			t.Fatal(err)
		}
		f, err := elf.NewFile(bytes.NewReader(program))
		if err != nil {
			t.Fatalf("%s: %v", arch, err)
		}
		if f.Machine != machine {
			t.Errorf("%s: the program is for %v", arch, f.Machine)
		}
		for _, segment := range f.Progs {
			if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_LOAD && segment.Flags&elf.PF_W != 0 {
				t.Errorf("%s: segment %v: want a static program with nothing to write to", arch, segment.ProgHeader)
			}
		}
		if want := "minipod pause " + pause.Version + "\n"; !bytes.Contains(program, []byte(want)) {
			t.Errorf("%s: the program does not hold %q: run build.sh", arch, want)
		}
		if len(program) > 12<<10 {
			t.Errorf("%s: the program has %d bytes", arch, len(program))
		}
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		one, two := build(t, arch), build(t, arch)
		if diff := cmp.Diff(one, two); diff != "" {
			t.Errorf("%s: two images differ: %s", arch, diff)
		}
		small, err := one.Gzip()
		if err != nil {
			t.Fatal(err)
		}
		again, err := two.Gzip()
		if err != nil || !bytes.Equal(small, again) {
			t.Errorf("%s: two gzips differ (%v)", arch, err)
		}
		if len(small) > 8100 {
			t.Errorf("%s: %d bytes of gzip: explain carries them in every script", arch, len(small))
		}
		r, err := gzip.NewReader(bytes.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		if large, err := io.ReadAll(r); err != nil || !bytes.Equal(large, one.Archive) {
			t.Errorf("%s: the gzip holds other bytes than the archive (%v)", arch, err)
		}
	}
}

func TestBuildWritesAnImage(t *testing.T) {
	img := build(t, "aarch64")
	if img.Arch != "arm64" {
		t.Errorf("Arch = %s", img.Arch)
	}
	files := untar(t, img.Archive)
	if got := sum(files["config.json"]); got != img.ID {
		t.Errorf("ID = %s, the configuration's digest is %s", img.ID, got)
	}
	if got := sum(files["layer.tar"]); got != img.Layer {
		t.Errorf("Layer = %s, the layer's digest is %s", img.Layer, got)
	}
	wantConfig := map[string]any{
		"architecture": "arm64", "os": "linux", "created": "1970-01-01T00:00:00Z",
		"config": map[string]any{"Entrypoint": []any{"/pause"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []any{img.Layer}},
	}
	wantManifest := []any{map[string]any{
		"Config": "config.json", "RepoTags": []any{pause.Reference}, "Layers": []any{"layer.tar"},
	}}
	if diff := cmp.Diff(wantConfig, decode(t, files["config.json"])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantManifest, decode(t, files["manifest.json"])); diff != "" {
		t.Error(diff)
	}
	program, err := pause.Program("arm64")
	if err != nil {
		t.Fatal(err)
	}
	layer := untar(t, files["layer.tar"])
	if !bytes.Equal(layer["pause"], program) {
		t.Error("/pause is not the program")
	}
	for _, folder := range []string{pause.VolumesDir, pause.FactsDir} {
		if _, ok := layer[strings.TrimPrefix(folder, "/")+"/"]; !ok {
			t.Errorf("the image has no %s", folder)
		}
	}
}

func TestUnknownArchitecture(t *testing.T) {
	_, err := pause.Build("s390x")
	if err == nil || !strings.Contains(err.Error(), `"s390x"`) || !strings.Contains(err.Error(), "--pause-image") {
		t.Errorf("Build(s390x): %v", err)
	}
}

// TestBuildScript rebuilds the binaries where the compilers are the ones they were built with.
func TestBuildScript(t *testing.T) {
	for _, gcc := range []string{"x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc"} {
		want, err := os.ReadFile("bin/compilers")
		if err != nil {
			t.Fatal(err)
		}
		version, err := exec.Command(gcc, "-dumpfullversion").Output()
		if err != nil || !strings.Contains(string(want), "gcc "+strings.TrimSpace(string(version))+",") {
			t.Logf("left to the checks: %s is not the compiler in bin/compilers", gcc)
			return
		}
	}
	if out, err := exec.Command("./build.sh", "--check").CombinedOutput(); err != nil {
		t.Errorf("build.sh --check: %v\n%s", err, out)
	}
}

func build(t *testing.T, arch string) *image.Image {
	t.Helper()
	img, err := pause.Build(arch)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// untar returns the contents by name; folders, which end in a slash, have none.
func untar(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// noise is n bytes that are the same each time.
func noise(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(s[:])
}
