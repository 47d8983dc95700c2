package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script on the real main and the real engine. Each
// script has a namespace of its own in $NS; what it leaves there fails it.
func TestScripts(t *testing.T) {
	t.Parallel()
	newTestEngine(t).scripts(t, "script")
}

// TestSupervise is apart: a supervisor keeps the pods of all scripts.
func TestSupervise(t *testing.T) {
	newTestEngine(t).scripts(t, "supervise")
}

// scripts runs the scripts of a folder of testdata side by side.
func (e *testEngine) scripts(t *testing.T, folder string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join(root, "testdata", folder),
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			limitScript(env)
			name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			env.Setenv("NS", e.namespace(env.T().(testing.TB), name))
			env.Setenv("PODS", filepath.Join(root, "testdata", "pods"))
			env.Setenv("DOCKER_HOST", e.address)
			env.Setenv(parentFile, os.Getenv(parentFile))
			env.Setenv(envNoSupervise, os.Getenv(envNoSupervise))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"manifest": manifestCmd,
			"port":     portCmd,
			"left":     e.leftCmd,
			"together": e.togetherCmd,
			"tag":      e.tagCmd,
			"untag":    e.untagCmd,
			"registry": e.registryCmd,
			"remove":   e.removeCmd,
			"get":      getCmd,
			"until":    untilCmd,
			"exits":    exitsCmd,
			"serve":    serveCmd,
		},
	})
}

// manifestCmd is: manifest NAME [OLD NEW]... It copies a manifest of
// testdata/pods here, with some words exchanged.
func manifestCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args)%2 != 1 {
		ts.Fatalf("usage: manifest NAME [OLD NEW]...")
	}
	_, err := manifestFile(ts.MkAbs("."), args[0], args[1:]...)
	ts.Check(err)
}

// portCmd is: port VARIABLE. It finds a port that is free.
func portCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: port VARIABLE")
	}
	l, err := net.Listen("tcp", ":0")
	ts.Check(err)
	ts.Setenv(args[0], fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	ts.Check(l.Close())
}

// leftCmd is: left. It prints the containers and volumes of $NS; ! left
// wants none.
func (e *testEngine) leftCmd(ts *testscript.TestScript, neg bool, args []string) {
	names, err := e.left(ts.Getenv("NS"))
	ts.Check(err)
	if neg && len(names) > 0 {
		ts.Fatalf("left over: %v", names)
	}
	_, err = fmt.Fprintln(ts.Stdout(), strings.Join(names, "\n"))
	ts.Check(err)
}

// togetherCmd is: together POD NAMESPACE... It wants all containers of a pod
// in the same namespaces (net, ipc, pid); ! together wants each in its own.
func (e *testEngine) togetherCmd(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	found, err := e.ContainerList(ctx, container.ListOptions{Filters: ofNamespace(ts.Getenv("NS"))})
	ts.Check(err)
	for _, namespace := range args[1:] {
		inodes := map[string]int{}
		containers := 0
		for _, c := range found {
			if c.Labels["io.kubernetes.pod.name"] != args[0] {
				continue
			}
			containers++
			info, err := e.ContainerInspect(ctx, c.ID)
			ts.Check(err)
			inode, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", info.State.Pid, namespace))
			ts.Check(err)
			inodes[inode]++
		}
		if containers < 2 || !neg && len(inodes) != 1 || neg && len(inodes) != containers {
			ts.Fatalf("%d containers, %s namespaces: %v", containers, namespace, inodes)
		}
	}
}

// tagCmd is: tag IMAGE NAME. It gives an image another name until the script
// ends.
func (e *testEngine) tagCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tag IMAGE NAME")
	}
	ctx := context.Background()
	ts.Check(e.ImageTag(ctx, args[0], args[1]))
	ts.Defer(func() {
		if _, err := e.ImageRemove(ctx, args[1], image.RemoveOptions{}); err != nil {
			ts.Logf("untag %s: %v", args[1], err)
		}
	})
}

// removeCmd is: remove CONTAINER. It removes a container of $NS as docker rm
// -f would, behind minipod's back.
func (e *testEngine) removeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remove CONTAINER")
	}
	name := ts.Getenv("NS") + "__" + args[0]
	ts.Check(e.ContainerRemove(context.Background(), name, container.RemoveOptions{Force: true, RemoveVolumes: true}))
}

// getCmd is: get URL PATTERN. It asks until the answer matches.
func getCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get URL PATTERN")
	}
	repeat(ts, args[1], func() (string, error) {
		resp, err := http.Get(args[0])
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	})
}

// untilCmd is: until PATTERN COMMAND... It runs a command again and again
// until what it prints matches.
func untilCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN COMMAND...")
	}
	repeat(ts, args[0], func() (string, error) {
		cmd := exec.Command(args[1], args[2:]...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Env = os.Environ()
		for _, name := range []string{"WORK", "DOCKER_HOST", "HOME", "KUBECONFIG", "KUBECACHEDIR", "XDG_STATE_HOME", envNoSupervise} {
			cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
		}
		out, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			err = nil // what it printed tells
		}
		return string(out), err
	})
}

// exitsCmd is: exits CODE COMMAND... It wants that exit code, or one of
// several: 126|127.
func exitsCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	if !slices.Contains(strings.Split(args[0], "|"), fmt.Sprint(code)) {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// repeat asks until an answer matches.
func repeat(ts *testscript.TestScript, pattern string, ask func() (string, error)) {
	want, err := regexp.Compile("(?m)" + pattern)
	ts.Check(err)
	var answer string
	for end := time.Now().Add(testTime); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if answer, err = ask(); err == nil && want.MatchString(answer) {
			_, err := io.WriteString(ts.Stdout(), answer)
			ts.Check(err)
			return
		}
	}
	ts.Fatalf("no match for %q in %s: %q, %v", pattern, testTime, answer, err)
}

// serveCmd is: serve VARIABLE. It serves the script's files by HTTP.
func serveCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve VARIABLE")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs("."))))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}
