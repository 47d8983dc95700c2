package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// program is what the binary is built from.
func program(t *testing.T) graph {
	t.Helper()
	g := graph{}
	for decoder := json.NewDecoder(bytes.NewReader(goCommand(t, "list", "-deps", "-json=ImportPath,Imports", "./cmd/minipod"))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return g
		} else if err != nil {
			t.Fatal(err)
		}
		g[pkg.ImportPath] = pkg.Imports
	}
}

// goCommand is what the go command writes, run at the root of the module.
func goCommand(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir, cmd.Env, cmd.Stderr = "../..", append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// The rules hold for what is imported by others' packages too.
func TestImportsOfImports(t *testing.T) {
	g := program(t)
	own := 0
	for pkg := range g {
		if name, ok := strings.CutPrefix(pkg, module+"/"); ok {
			own++
			for _, wrong := range g.reaches(name) {
				t.Error(wrong)
			}
		}
	}
	if own < 15 {
		t.Fatalf("the program has only %d packages of its own", own)
	}
	for path := range directOnly() {
		if !slices.ContainsFunc(onlies(), func(rule only) bool { return rule.path == path }) {
			t.Errorf("directOnly has %s, which no rule is about", path)
		}
	}
}

func TestWays(t *testing.T) {
	g := graph{
		module + "/cmd/minipod":      {module + "/runtime/docker", module + "/runtime/node"},
		module + "/runtime/docker":   {"github.com/docker/docker/client"},
		module + "/runtime/node":     {"example.org/a"},
		module + "/runtime/plan":     {"example.org/c"},
		"example.org/a":              {"example.org/b"},
		"example.org/b":              {"example.org/a", "github.com/docker/docker/client/x"},
		"github.com/docker/docker/y": nil,
	}
	for importer, want := range map[string]string{
		"cmd/minipod": "runtime/node", "runtime/node": "example.org/a -> example.org/b -> github.com/docker/docker/client/x",
		"runtime/docker": "", "runtime/plan": "",
	} {
		got := strings.Join(g.reaches(importer), "\n")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", importer, got, want)
		}
	}
}

// What the program may be, a little above what it is. Whoever raises a bound
// says in the commit what for.
const (
	maxPackages  = 630
	maxMegabytes = 35

	maxInitKilobytes    = 3000
	maxOwnInitKilobytes = 60
)

const lookAt = "`go list -deps ./cmd/minipod` before and after shows what came in, `go mod why -m MODULE` by which way; " +
	"a smaller module, or a part of one, may do (docs/CONTRIBUTING.md, Dependencies)"

func TestSizeOfTheProgram(t *testing.T) {
	if n := len(program(t)); n > maxPackages {
		t.Errorf("the program has %d packages, more than %d: %s", n, maxPackages, lookAt)
	}
	if testing.Short() {
		t.Skip("building the program takes a while")
	}
	binary := filepath.Join(t.TempDir(), "minipod")
	goCommand(t, "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/minipod")
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if megabytes := float64(info.Size()) / 1e6; megabytes > maxMegabytes {
		t.Errorf("the program has %.1f MB, more than %d: %s", megabytes, maxMegabytes, lookAt)
	}
	all, own := initialization(t, binary)
	if all > maxInitKilobytes || own > maxOwnInitKilobytes {
		t.Errorf("before main %.0f kB are allocated, at most %d are to be; by packages of the module %.0f, at most %d: "+
			"`GODEBUG=inittrace=1 minipod version` shows by which", all, maxInitKilobytes, own, maxOwnInitKilobytes)
	}
}

// initialization is what all packages of the program, and those of the module
// among them, allocate before main, in kilobytes. Every command begins with
// it; unlike the time that it takes it is the same on each run.
func initialization(t *testing.T, binary string) (all, own float64) {
	t.Helper()
	var trace bytes.Buffer
	cmd := exec.CommandContext(t.Context(), binary, "version")
	cmd.Env, cmd.Stderr = append(os.Environ(), "GODEBUG=inittrace=1"), &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(trace.String()) {
		var pkg string
		var at, clock, allocated float64
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %f bytes,", &pkg, &at, &clock, &allocated); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all += allocated / 1e3
		if strings.HasPrefix(pkg, module+"/") {
			own += allocated / 1e3
		}
	}
	if all < 100 || own == 0 {
		t.Fatalf("%.0f kB are allocated before main, %.0f of them by the module: is this the whole trace?\n%s", all, own, &trace)
	}
	return all, own
}
