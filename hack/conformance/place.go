package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// moduleVersion is a module this one is built of.
type moduleVersion struct{ Path, Version, Dir string }

// versions are the modules whose versions decide what the judge is.
type versions struct{ kubernetes, kubectl, ginkgo moduleVersion }

// readVersions asks go.mod, the one place where versions are written.
func readVersions(ctx context.Context, module string) (versions, error) {
	const kubernetes, kubectl, ginkgo = "k8s.io/kubernetes", "k8s.io/kubectl", "github.com/onsi/ginkgo/v2"
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", kubernetes, kubectl, ginkgo)
	cmd.Dir, cmd.Env = module, goEnv()
	out, err := cmd.Output()
	if err != nil {
		return versions{}, fmt.Errorf("get Kubernetes' modules: %w", withStderr(err))
	}
	found := map[string]moduleVersion{}
	for answers := json.NewDecoder(bytes.NewReader(out)); answers.More(); {
		var one moduleVersion
		if err := answers.Decode(&one); err != nil {
			return versions{}, fmt.Errorf("get Kubernetes' modules: %w", err)
		}
		found[one.Path] = one
	}
	return versions{kubernetes: found[kubernetes], kubectl: found[kubectl], ginkgo: found[ginkgo]}, nil
}

// withStderr adds what a command complained of to its error.
func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}

// goEnv is the environment for building: the flags of whoever calls are meant for other modules.
// With -trimpath, as everywhere, what several programs need is compiled once.
func goEnv() []string {
	return append(os.Environ(), "GOFLAGS=-buildvcs=false -trimpath", "GOWORK=off", "CGO_ENABLED=0")
}

// place knows where things are.
type place struct {
	module   string // hack/conformance
	root     string // the checkout
	cache    string // what is built, once for each set of versions
	versions versions
}

func newPlace(module string, of versions) (place, error) {
	module, err := filepath.Abs(module)
	if err != nil {
		return place{}, fmt.Errorf("find the module: %w", err)
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		return place{}, fmt.Errorf("find the cache: %w", err)
	}
	name := fmt.Sprintf("%s-kubectl-%s-ginkgo-%s", of.kubernetes.Version, of.kubectl.Version, of.ginkgo.Version)
	made := place{
		module: module, root: filepath.Join(module, "..", ".."),
		cache: filepath.Join(caches, "minipod", "conformance", name), versions: of,
	}
	if err := os.MkdirAll(made.bin(), 0o755); err != nil {
		return place{}, fmt.Errorf("make the cache: %w", err)
	}
	return made, nil
}

// bin is where the built programs are.
func (p place) bin() string { return filepath.Join(p.cache, "bin") }

// page is the file that lists what passes.
func (p place) page() string { return filepath.Join(p.root, "docs", "conformance.md") }

// keptRuns is how many runs are kept: the newest.
const keptRuns = 20

// newRunFolder makes the folder of a new run; the link "last" beside it leads there.
func (p place) newRunFolder() (string, error) {
	runs := filepath.Join(p.cache, "runs")
	if err := os.MkdirAll(runs, 0o755); err != nil {
		return "", fmt.Errorf("make room for runs: %w", err)
	}
	if err := prune(runs, keptRuns-1); err != nil {
		return "", fmt.Errorf("remove old runs: %w", err)
	}
	folder, err := os.MkdirTemp(runs, time.Now().Format("2006-01-02T15-04-05-"))
	if err != nil {
		return "", fmt.Errorf("make room for the run: %w", err)
	}
	last := filepath.Join(runs, "last")
	if err := os.Remove(last); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("forget the last run: %w", err)
	}
	if err := os.Symlink(filepath.Base(folder), last); err != nil {
		return "", fmt.Errorf("name the last run: %w", err)
	}
	return folder, nil
}

// prune removes all folders of runs but the newest: their names begin with their time.
func prune(runs string, keep int) error {
	found, err := filepath.Glob(filepath.Join(runs, "[0-9]*"))
	if err != nil {
		return err
	}
	slices.Sort(found)
	for _, old := range found[:max(0, len(found)-keep)] {
		if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	return nil
}

// command is a program run in the checkout that complains to the terminal.
func (p place) command(ctx context.Context, stdin io.Reader, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdin, cmd.Stderr = p.root, stdin, os.Stderr
	return cmd
}
