package pause_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/minipod/minipod/runtime/image"
	"github.com/minipod/minipod/runtime/pause"
)

// engine is the Docker engine of the environment, with the pause image loaded.
type engine struct {
	*client.Client
	ctx context.Context
	img *image.Image
}

// newEngine fails the test when there is no engine; only -short leaves these tests out.
func newEngine(t *testing.T) *engine {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an engine")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	info, err := c.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{Client: c, ctx: ctx, img: build(t, info.Architecture)}
	small, err := e.img.Gzip()
	if err != nil {
		t.Fatal(err)
	}
	e.load(t, small)
	return e
}

func (e *engine) load(t *testing.T, archive []byte) {
	t.Helper()
	res, err := e.ImageLoad(e.ctx, bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if said, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(said), pause.Reference) {
		t.Fatalf("load: %s, %v", said, err)
	}
}

// start runs a container and removes it after the test.
func (e *engine) start(t *testing.T, c container.Config, h container.HostConfig) string {
	t.Helper()
	made, err := e.ContainerCreate(e.ctx, &c, &h, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := e.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil {
			t.Error(err)
		}
	})
	if err := e.ContainerStart(e.ctx, made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// pod runs a pause container as minipod does.
func (e *engine) pod(t *testing.T) string {
	t.Helper()
	return e.start(t, container.Config{Image: pause.Reference}, container.HostConfig{IpcMode: "shareable"})
}

// join runs a shell in a pod.
func (e *engine) join(t *testing.T, pod, script string) string {
	t.Helper()
	in := "container:" + pod
	return e.start(t, container.Config{Image: "busybox:latest", Cmd: []string{"sh", "-c", script}}, container.HostConfig{
		NetworkMode: container.NetworkMode(in), PidMode: container.PidMode(in), IpcMode: container.IpcMode(in),
	})
}

// output returns what an ended container printed.
func (e *engine) output(t *testing.T, id string) (stdout, stderr string) {
	t.Helper()
	logs, err := e.ContainerLogs(e.ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = logs.Close() }()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, logs); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

// ended waits for a container's end and returns its exit code.
func (e *engine) ended(t *testing.T, id string) int64 {
	t.Helper()
	results, errs := e.ContainerWait(e.ctx, id, container.WaitConditionNotRunning)
	select {
	case r := <-results:
		return r.StatusCode
	case err := <-errs:
		t.Fatal(err)
	}
	return -1
}

// exec runs a command in a container with stdin, and returns what it printed and its exit code.
func (e *engine) exec(t *testing.T, id string, o container.ExecOptions, stdin []byte) (stdout, stderr string, code int) {
	t.Helper()
	o.AttachStdin, o.AttachStdout, o.AttachStderr = true, true, true
	made, err := e.ContainerExecCreate(e.ctx, id, o)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.ContainerExecAttach(e.ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = stream.Conn.Write(stdin) // what did not arrive shows in the answer
		_ = stream.CloseWrite()
	}()
	var out, errs bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &errs, stream.Reader); err != nil {
		t.Fatal(err)
	}
	<-sent
	state, err := e.ContainerExecInspect(e.ctx, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), state.ExitCode
}

func pauseCommand(args ...string) container.ExecOptions {
	return container.ExecOptions{Cmd: append([]string{pause.ProgramPath}, args...)}
}

// processes reads the processes of a pod, without the one that reads them.
func (e *engine) processes(t *testing.T, pod string) []pause.Process {
	t.Helper()
	out, errs, code := e.exec(t, pod, pauseCommand("look"), nil)
	if code != 0 {
		t.Fatalf("look: %q, exit %d", errs, code)
	}
	return parse(t, out)
}

// namespaces is processes with the namespaces of all, read by a helper container.
func (e *engine) namespaces(t *testing.T, pod string) []pause.Process {
	t.Helper()
	id := e.start(t, container.Config{Image: pause.Reference, Cmd: []string{"look"}, User: "0"}, container.HostConfig{
		NetworkMode: "none", PidMode: container.PidMode("container:" + pod), CapAdd: []string{"SYS_PTRACE"},
	})
	code := e.ended(t, id)
	out, errs := e.output(t, id)
	if code != 0 {
		t.Fatalf("look: %q, exit %d", errs, code)
	}
	return parse(t, out)
}

func parse(t *testing.T, out string) []pause.Process {
	t.Helper()
	seen, err := pause.ParseLook(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(seen.Processes, func(p pause.Process) bool { return p.Command == "pause" && p.PID != 1 })
}

// eventually asks until the answer is yes or half a minute is over.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !yes(); {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestEngineLoads(t *testing.T) {
	e := newEngine(t)
	e.load(t, e.img.Archive)
	got, err := e.ImageInspect(e.ctx, pause.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.RootFS.Layers, []string{e.img.Layer}) || got.Architecture != e.img.Arch || got.Os != "linux" {
		t.Errorf("layers %v, %s/%s", got.RootFS.Layers, got.Os, got.Architecture)
	}
	if got.Config.User != "" || !slices.Equal(got.Config.Entrypoint, []string{"/pause"}) || len(got.Config.Cmd) != 0 {
		t.Errorf("config %+v", got.Config)
	}
	want := e.img.ID
	if got.Descriptor != nil { // containerd's store names an image by its manifest
		want = string(got.Descriptor.Digest)
	}
	if got.ID != want {
		t.Errorf("ID %s, want %s", got.ID, want)
	}
}

func TestEngineRunsVersion(t *testing.T) {
	e := newEngine(t)
	id := e.start(t, container.Config{Image: pause.Reference, Cmd: []string{"-v"}}, container.HostConfig{NetworkMode: "none"})
	if code := e.ended(t, id); code != 0 {
		t.Errorf("exit %d", code)
	}
	if out, _ := e.output(t, id); out != "minipod pause "+pause.Version+"\n" {
		t.Errorf("%q", out)
	}
}

func TestEngineStopsIt(t *testing.T) {
	e := newEngine(t)
	for _, signal := range []string{"SIGTERM", "SIGINT"} {
		id := e.pod(t)
		// A signal that comes before the program has run its first instructions is lost: the kernel keeps
		// none for a process 1 that has not asked for it.
		eventually(t, "process 1 is pause", func() bool {
			return slices.ContainsFunc(e.processes(t, id), func(p pause.Process) bool { return p.Command == "pause" })
		})
		if err := e.ContainerKill(e.ctx, id, signal); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if code := e.ended(t, id); code != 0 || time.Since(begin) > 10*time.Second {
			t.Errorf("%s: exit %d after %v", signal, code, time.Since(begin))
		}
		if _, errs := e.output(t, id); errs != "pause: "+signal+", the pod ends\n" {
			t.Errorf("%s: %q", signal, errs)
		}
	}
}

func TestEngineWarnsInHostPID(t *testing.T) {
	e := newEngine(t)
	id := e.start(t, container.Config{Image: pause.Reference}, container.HostConfig{PidMode: "host", NetworkMode: "none"})
	eventually(t, "a warning that it is not process 1", func() bool {
		_, errs := e.output(t, id)
		return strings.HasPrefix(errs, "pause: warning: not process 1")
	})
}

// TestEngineMountsAndCopies has a volume, a tmpfs and a file that the archive API puts in, as pods have them,
// on a root that is not writable from inside.
func TestEngineMountsAndCopies(t *testing.T) {
	e := newEngine(t)
	id := e.start(t, container.Config{Image: pause.Reference}, container.HostConfig{Mounts: []mount.Mount{
		{Type: mount.TypeVolume, Target: pause.VolumesDir + "/disk"},
		{Type: mount.TypeTmpfs, Target: pause.VolumesDir + "/memory"},
	}})
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	_ = w.WriteHeader(&tar.Header{Name: "fact", Size: 4, Mode: 0o644})
	_, _ = w.Write([]byte("true"))
	_ = w.Close()
	for _, folder := range []string{pause.FactsDir, pause.VolumesDir + "/disk"} {
		err := e.CopyToContainer(e.ctx, id, folder, bytes.NewReader(archive.Bytes()), container.CopyToContainerOptions{})
		if err != nil {
			t.Fatalf("%s: %v", folder, err)
		}
		r, _, err := e.CopyFromContainer(e.ctx, id, folder+"/fact")
		if err != nil {
			t.Fatalf("%s: %v", folder, err)
		}
		back, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil || string(untar(t, back)["fact"]) != "true" {
			t.Errorf("%s: another file came back (%v)", folder, err)
		}
	}
	e.start(t, container.Config{Image: pause.Reference}, container.HostConfig{ReadonlyRootfs: true})
}

func TestEngineReaps(t *testing.T) {
	e := newEngine(t)
	pod := e.pod(t)
	shell := e.join(t, pod, "exec sleep 600")
	_, errs, code := e.exec(t, shell, container.ExecOptions{Cmd: []string{"sh", "-c",
		"i=0; while [ $i -lt 200 ]; do (sleep 0.3 & sleep 0.01 &); i=$((i+1)); done; sleep 1.5 >&- 2>&- & :"}}, nil)
	if code != 0 {
		t.Fatalf("making orphans: %q, exit %d", errs, code)
	}
	orphan := func(p pause.Process) bool { return p.PID != 1 && p.Parent == 1 }
	if !slices.ContainsFunc(e.processes(t, pod), orphan) {
		t.Error("no orphan came to process 1, so nothing was tried")
	}
	eventually(t, "only pause and one sleep are left", func() bool {
		left := e.processes(t, pod)
		return !slices.ContainsFunc(left, orphan) && len(left) == 2
	})
}

func TestEngineConnects(t *testing.T) {
	e := newEngine(t)
	pod := e.pod(t)
	e.join(t, pod, "exec nc -ll -p 8080 -e cat")
	inspect, err := e.ContainerInspect(e.ctx, pod)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the echo server listens", func() bool {
		_, _, code := e.exec(t, pod, pauseCommand("connect", "-z", "127.0.0.1", "8080"), nil)
		return code == 0
	})
	data := noise(5 << 20)
	for _, address := range []string{"127.0.0.1", inspect.NetworkSettings.Networks["bridge"].IPAddress} {
		out, errs, code := e.exec(t, pod, pauseCommand("connect", address, "8080"), data)
		if out != string(data) || errs != "" || code != 0 {
			t.Errorf("%s: %d of %d bytes came back, %q, exit %d", address, len(out), len(data), errs, code)
		}
	}
	out, errs, code := e.exec(t, pod, pauseCommand("connect", "127.0.0.1", "8081"), nil)
	if out != "" || errs != "connect: connection refused\n" || code != 1 {
		t.Errorf("closed port: %q, %q, exit %d", out, errs, code)
	}
}

func TestEngineInspectsThePod(t *testing.T) {
	e := newEngine(t)
	pod := e.pod(t)
	e.join(t, pod, "exec nc -ll -p 8080 -e cat")
	eventually(t, "both containers' processes", func() bool {
		found := e.processes(t, pod)
		return len(found) == 2 && found[1].Command == "nc"
	})
	found := e.namespaces(t, pod)
	if len(found) != 2 {
		t.Fatalf("%+v", found)
	}
	for _, kind := range []string{"net", "ipc", "pid"} {
		if one, two := found[0].Namespaces[kind], found[1].Namespaces[kind]; one == 0 || one != two {
			t.Errorf("%s: %d and %d, want the same", kind, one, two)
		}
	}
	for _, kind := range []string{"uts", "mnt"} {
		if one, two := found[0].Namespaces[kind], found[1].Namespaces[kind]; one == 0 || two == 0 || one == two {
			t.Errorf("%s: %d and %d, want different ones", kind, one, two)
		}
	}
	eventually(t, "the listening socket", func() bool {
		out, _, _ := e.exec(t, pod, pauseCommand("look"), nil)
		seen, err := pause.ParseLook(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(seen.Sockets, func(s pause.Socket) bool { return s.Local.Port() == 8080 })
	})
}
