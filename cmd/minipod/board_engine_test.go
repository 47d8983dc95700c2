package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
)

// What explain writes on the board are docker commands: run by sh they make
// containers that share the namespaces of the pause, and minipod knows of no
// pod.
func TestBoardMakesContainersThatShare(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ns := e.namespace(t, "board")
	file, err := manifestFile(t.TempDir(), "walkthrough", "hostPort: 8080", "hostPort: "+freePort(t))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"POD", "node-server", "nginx-web"}
	for i := range names {
		names[i] = ns + "__walkthrough_" + names[i]
	}
	t.Cleanup(func() {
		for _, name := range names {
			if err := e.ContainerRemove(context.Background(), name, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
				t.Error(err)
			}
		}
	})
	sh(t, e, "minipod explain -n "+ns+" "+file+" | sh")
	for _, kind := range []string{"net", "ipc", "pid"} {
		inodes := map[string]bool{}
		for _, name := range names {
			inodes[e.inode(t, name, kind)] = true
		}
		if len(inodes) != 1 {
			t.Errorf("%s namespaces of the containers: %v, want one", kind, inodes)
		}
	}
	if list := sh(t, e, "minipod ps -n "+ns); strings.Contains(list, "walkthrough") {
		t.Errorf("the board has made a pod:\n%s", list)
	}
}

// inode is the kernel's name of a namespace of a container.
func (e *testEngine) inode(t *testing.T, name, kind string) string {
	t.Helper()
	info, err := e.ContainerInspect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	inode, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", info.State.Pid, kind))
	if err != nil {
		t.Fatal(err)
	}
	return inode
}

// sh runs a line of shell on the engine, without the user's own docker
// configuration, and is what it wrote to stdout.
func sh(t *testing.T, e *testEngine, line string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), testTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-ec", line)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+e.address, "DOCKER_CONFIG="+t.TempDir())
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", line, err, out, errs.String())
	}
	return string(out)
}
