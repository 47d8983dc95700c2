package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/diagnose"
	"github.com/minipod/minipod/runtime/pause"
)

// broken are the manifests of testdata/broken, whose names are those of the
// causes, where they are not the same.
func broken() map[string]string {
	return map[string]string{"shell-command-not-found": "command-not-found", "image-name": "invalid", "command-hidden": "hidden-by-volume", "command-hidden-link": "hidden-by-volume", "liveness-command-missing": "probe-command-missing", "liveness-port": "probe-port", "liveness-path": "probe-path", "script-crlf-shell": "script-crlf"}
}

// unmade are those that run removes at once: their manifests are diagnosed.
func unmade() []string {
	return []string{"image-name", "image-never-pulled", "object-missing", "key-missing", "claim-missing", "scheduling-gates", "host-port-taken", "runs-as-root", "host-path"}
}

// clinic is a namespace with pods that are diagnosed.
type clinic struct {
	*testing.T
	engine *testEngine
	ns     string
	dir    string // of the manifests, with what stands for something filled in
	state  string // where its supervisor is known
}

// TestDiagnose finds the cause of every manifest of testdata/broken, and no
// other one.
func TestDiagnose(t *testing.T) {
	e := newTestEngine(t)
	c := &clinic{T: t, engine: e, ns: e.namespace(t, "diagnose"), dir: t.TempDir(), state: t.TempDir()}
	port := freePort(t)
	names := c.manifests("broken", "REGISTRY", brokenRegistry(t), "FOREIGN", c.foreign(), "TAKEN", port)
	stop := c.supervise()
	var made []string
	for _, name := range names {
		if !slices.Contains(unmade(), name) {
			made = append(made, name)
		}
	}
	c.write("holder", "apiVersion: v1\nkind: Pod\nmetadata: {name: holder}\nspec:\n  containers:\n    - {name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, \"1000\"], ports: [{containerPort: 80, hostPort: "+port+"}]}\n")
	t.Cleanup(func() { c.removed(append(made, "holder", "changed")) })
	c.minipod(append([]string{"run", "--wait=created"}, c.files(append(made, "holder"))...)...)
	c.changed("stale-environment")
	c.minipod("stop", "ignores-sigterm")
	var group errgroup.Group
	group.SetLimit(4)
	for _, name := range names {
		want := name
		if other := broken()[name]; other != "" {
			want = other
		}
		if slices.Contains(unmade(), name) {
			name = filepath.Join(c.dir, name+".yaml")
		}
		if name != "no-supervisor" {
			group.Go(func() error { c.finds(name, want); return nil })
		}
	}
	_ = group.Wait()
	stop()
	c.finds("no-supervisor", "no-supervisor")
}

// TestDiagnoseHealthy finds nothing wrong in pods that are well.
func TestDiagnoseHealthy(t *testing.T) {
	e := newTestEngine(t)
	c := &clinic{T: t, engine: e, ns: e.namespace(t, "healthy"), dir: t.TempDir(), state: t.TempDir()}
	names := c.manifests("healthy")
	for _, m := range runnable(t) {
		text, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		c.write(m.name, strings.ReplaceAll(string(text), "hostPort: 8080", "hostPort: "+freePort(t)))
		names = append(names, m.name)
	}
	c.supervise()
	out, err := c.minipod(append([]string{"run", "--pull=missing", "--seccomp-root", "../../runtime/explain/testdata"}, c.files(names)...)...)
	if err != nil {
		t.Error(err)
	}
	var made []string
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) == 2 && strings.HasPrefix(fields[0], "pod/") {
			made = append(made, strings.TrimPrefix(fields[0], "pod/"))
		}
	}
	t.Cleanup(func() { c.removed(names) })
	var group errgroup.Group
	group.SetLimit(4)
	for _, name := range made {
		group.Go(func() error { c.well(name); return nil })
	}
	_ = group.Wait()
	if len(made) < 18 {
		t.Errorf("only %d pods were made: %q", len(made), made)
	}
}

// manifests copies the manifests of a folder of testdata, with some words
// exchanged, and names them.
func (c *clinic) manifests(folder string, exchange ...string) []string {
	c.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		c.Fatal(err, folder)
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			c.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		c.write(name, strings.NewReplacer(exchange...).Replace(string(text)))
		names = append(names, name)
	}
	return names
}

func (c *clinic) write(name, text string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name+".yaml"), []byte(text), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c *clinic) files(names []string) []string {
	var files []string
	for _, name := range names {
		files = append(files, filepath.Join(c.dir, name+".yaml"))
	}
	return files
}

// removed removes all that manifests have made.
func (c *clinic) removed(names []string) {
	args := []string{"rm", "--now", "--ignore-not-found"}
	for _, file := range c.files(names) {
		args = append(args, "-f", file)
	}
	c.minipod(args...)
}

// minipod runs the real main, and is what it wrote to stdout.
func (c *clinic) minipod(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "minipod", append(args, "-n", c.ns)...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+c.engine.address, "XDG_STATE_HOME="+c.state)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = fmt.Errorf("minipod %s: %w: %s", args[0], err, exit.Stderr)
	}
	return string(out), err
}

// supervise has the pods kept, until stop is called or the test ends.
func (c *clinic) supervise() (stop func()) {
	c.Helper()
	cmd := exec.Command("minipod", "supervise")
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+c.engine.address, "XDG_STATE_HOME="+c.state)
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Signal(syscall.SIGTERM)
			_ = cmd.Wait() // it was interrupted
		}
	}
	c.Cleanup(stop)
	return stop
}

// changed applies the ConfigMap of a manifest with another value, once the pod
// runs.
func (c *clinic) changed(name string) {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name+".yaml"))
	if err != nil {
		c.Fatal(err)
	}
	c.minipod("wait", "--for=condition=Ready", "pod/"+name)
	_, object, _ := strings.Cut(string(text), "\n---\n")
	c.write("changed", strings.ReplaceAll(object, "COLOUR-OF-THE-DAY", "green"))
	if _, err := c.minipod("run", filepath.Join(c.dir, "changed.yaml")); err != nil {
		c.Error(err)
	}
}

// diagnosed is what minipod finds out, and with which exit code it ends.
func (c *clinic) diagnosed(what string) (d diagnosis, code int) {
	c.Helper()
	out, err := c.minipod("diagnose", "-o", "json", what)
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code, err = exit.ExitCode(), nil
	}
	if err != nil {
		c.Error(err)
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		d.State = fmt.Sprintf("%v: %q", err, out)
	}
	return d, code
}

// finds wants one cause to be found, and soon no other.
func (c *clinic) finds(what, want string) {
	c.Helper()
	var d diagnosis
	code := 0
	for end := time.Now().Add(testTime / 2); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if d, code = c.diagnosed(what); len(d.Causes) == 1 && d.Causes[0].Name == want && code == exitFailed {
			return
		}
	}
	c.Errorf("%s: exit code %d, %s: %s; want the cause %s", filepath.Base(what), code, d.State, causesText(d.Causes), want)
}

// well wants no cause to be found.
func (c *clinic) well(name string) {
	c.Helper()
	var d diagnosis
	code := 0
	for end := time.Now().Add(testTime / 4); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if d, code = c.diagnosed(name); code == 0 && d.Healthy {
			return
		}
		if !slices.ContainsFunc(d.Causes, func(cause diagnose.Cause) bool { return cause.Sure == diagnose.Possible }) {
			break // one that is not ready yet is only possibly not well
		}
	}
	c.Errorf("%s: exit code %d, %s: %s; want none", name, code, d.State, causesText(d.Causes))
}

func causesText(causes []diagnose.Cause) string {
	var texts []string
	for _, cause := range causes {
		texts = append(texts, fmt.Sprintf("%s (%s): %s %q", cause.Name, cause.Sure, cause.Text, cause.Evidence))
	}
	return strings.Join(texts, "; ")
}

// brokenRegistry is a registry that has no image of those that are asked for, each
// for another reason.
func brokenRegistry(t *testing.T) string {
	answers := map[string]struct {
		status int
		code   string
	}{
		"/v2/nosuch/": {http.StatusNotFound, "NAME_UNKNOWN"}, "/v2/app/": {http.StatusNotFound, "MANIFEST_UNKNOWN"}, "/v2/secret/": {http.StatusUnauthorized, "UNAUTHORIZED"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		for _, prefix := range slices.Sorted(maps.Keys(answers)) {
			if a := answers[prefix]; strings.HasPrefix(r.URL.Path, prefix) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(a.status)
				fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, a.code, strings.ToLower(strings.ReplaceAll(a.code, "_", " ")))
			}
		}
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// foreign makes an image for another architecture than the machine's.
func (c *clinic) foreign() string {
	c.Helper()
	arch := map[string]string{"amd64": "arm64", "arm64": "amd64"}[goruntime.GOARCH]
	program, err := pause.Program(arch)
	if err != nil {
		c.Fatal(err)
	}
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	err = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "program", Mode: 0o755, Size: int64(len(program))})
	if err == nil {
		_, err = w.Write(program)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		c.Fatal(err)
	}
	name := c.ns + ":foreign"
	done, err := c.engine.ImageImport(c.Context(), image.ImportSource{Source: &files, SourceName: "-"}, name, image.ImportOptions{
		Platform: "linux/" + arch, Changes: []string{`CMD ["/program"]`},
	})
	if err != nil {
		c.Fatal(err)
	}
	var said bytes.Buffer
	if _, err := said.ReadFrom(done); err != nil || strings.Contains(said.String(), `"error"`) {
		c.Fatal(err, &said)
	}
	done.Close()
	c.Cleanup(func() {
		if _, err := c.engine.ImageRemove(context.Background(), name, image.RemoveOptions{Force: true}); err != nil {
			c.Logf("remove %s: %v", name, err)
		}
	})
	return name
}
