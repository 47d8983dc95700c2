package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program is one that this module builds.
type program struct {
	name    string
	of      string   // the package
	command []string // of go; "build" when empty
	stamp   func(versions) string
}

func programs() []program {
	return []program{
		{name: "kubectl", of: "./cmd/kubectl", stamp: func(v versions) string {
			return strings.Replace(v.kubectl.Version, "v0.", "v1.", 1)
		}},
		{name: "ginkgo", of: "github.com/onsi/ginkgo/v2/ginkgo"},
		{name: "sh", of: "./cmd/sh"},
		{name: "pause", of: "./cmd/pause"},
		{name: "nonewprivs", of: "k8s.io/kubernetes/test/images/nonewprivs"},
		{name: "agnhost", of: "k8s.io/kubernetes/test/images/agnhost"},
		{name: "e2e.test", of: "k8s.io/kubernetes/test/e2e", command: []string{"test", "-c"},
			stamp: func(v versions) string { return v.kubernetes.Version }},
	}
}

func programNames() []string {
	var names []string
	for _, program := range programs() {
		names = append(names, program.name)
	}
	return names
}

func findProgram(name string) (program, bool) {
	all := programs()
	i := slices.IndexFunc(all, func(p program) bool { return p.name == name })
	if i < 0 {
		return program{}, false
	}
	return all[i], true
}

// build builds those of the named programs that are not there. Of two builds at once, the second
// waits and finds them.
func (p place) build(ctx context.Context, names ...string) error {
	var missing []program
	for _, name := range names {
		if wanted, known := findProgram(name); known && !exists(filepath.Join(p.bin(), name)) {
			missing = append(missing, wanted)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	unlock, err := lock(filepath.Join(p.cache, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	for _, program := range missing {
		if exists(filepath.Join(p.bin(), program.name)) {
			continue
		}
		if err := p.buildOne(ctx, program); err != nil {
			return err
		}
	}
	return nil
}

func (p place) buildOne(ctx context.Context, program program) error {
	say("building %s; the first time takes a while", program.name)
	began := time.Now()
	args := program.command
	if args == nil {
		args = []string{"build"}
	}
	target := filepath.Join(p.bin(), program.name)
	args = slices.Concat(args, []string{"-ldflags", program.ldflags(p.versions), "-o", target + ".new", program.of})
	cmd := p.command(ctx, nil, "go", args...)
	cmd.Dir, cmd.Env, cmd.Stdout = p.module, goEnv(), os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", program.name, err)
	}
	if err := os.Rename(target+".new", target); err != nil {
		return fmt.Errorf("build %s: %w", program.name, err)
	}
	say("built %s in %s", program.name, time.Since(began).Round(time.Second))
	return nil
}

// ldflags stamp the version that Kubernetes' programs compare with the server's.
func (p program) ldflags(of versions) string {
	flags := "-s -w"
	if p.stamp == nil {
		return flags
	}
	version := p.stamp(of)
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	for _, set := range []string{"gitVersion=" + version, "gitMajor=" + parts[0], "gitMinor=" + parts[1]} {
		flags += " -X k8s.io/component-base/version." + set
	}
	return flags
}

// lock keeps others out until the function it returns is called.
func lock(name string) (func(), error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	return func() { file.Close() }, nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "conformance: "+format+"\n", args...)
}
