package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/minipod/minipod/runtime/docker"
	"github.com/minipod/minipod/runtime/translate"
)

// testTime bounds every single wait of a test.
const testTime = time.Minute

// testEngine is the engine beside minipod: what a user would see by docker.
type testEngine struct {
	*client.Client
	address string
}

// newTestEngine fails the test where no engine answers; only -short leaves
// these tests out. Those that look at their own pods alone are parallel; a
// serve or a supervisor keeps the pods of all, and has the engine to itself.
func newTestEngine(t testing.TB) *testEngine {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an engine")
	}
	found, err := docker.New(docker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	c, err := client.NewClientWithOpts(client.WithHost(found.Address()), client.WithTLSClientConfigFromEnv(), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Ping(t.Context()); err != nil {
		t.Fatalf("no engine answers, run hack/engine: %v", err)
	}
	return &testEngine{Client: c, address: found.Address()}
}

// namespace is one that only this test uses. What it leaves behind fails the
// test, and is removed.
func (e *testEngine) namespace(t testing.TB, name string) string {
	ns := fmt.Sprintf("t-%s-%s", strings.ToLower(strings.ReplaceAll(name, "_", "-")), rand.String(5))
	t.Cleanup(func() {
		left, err := e.left(ns)
		if err != nil {
			t.Error(err)
		}
		if len(left) > 0 {
			t.Errorf("left over in namespace %s: %v", ns, left)
			e.sweep(t, ns)
		}
	})
	return ns
}

func ofNamespace(ns string) filters.Args {
	return filters.NewArgs(filters.Arg("label", translate.LabelNamespace+"="+ns))
}

// left names the containers and volumes of a namespace, sorted.
func (e *testEngine) left(ns string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	containers, err := e.ContainerList(ctx, container.ListOptions{All: true, Filters: ofNamespace(ns)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range containers {
		names = append(names, "container "+strings.TrimPrefix(strings.Join(c.Names, " "), "/"+ns+"__"))
	}
	volumes, err := e.VolumeList(ctx, volume.ListOptions{Filters: ofNamespace(ns)})
	if err != nil {
		return nil, err
	}
	objects, err := e.VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", translate.LabelObjectNamespace+"="+ns))})
	if err != nil {
		return nil, err
	}
	for _, v := range append(volumes.Volumes, objects.Volumes...) {
		names = append(names, "volume "+v.Name)
	}
	slices.Sort(names)
	return names, nil
}

// sweep removes all that a namespace holds.
func (e *testEngine) sweep(t testing.TB, ns string) {
	ctx, cancel := context.WithTimeout(context.Background(), testTime)
	defer cancel()
	containers, err := e.ContainerList(ctx, container.ListOptions{All: true, Filters: ofNamespace(ns)})
	if err != nil {
		t.Error(err)
	}
	for _, c := range containers {
		if err := e.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
			t.Error(err)
		}
	}
	volumes, err := e.VolumeList(ctx, volume.ListOptions{Filters: ofNamespace(ns)})
	if err != nil {
		t.Error(err)
	}
	for _, v := range volumes.Volumes {
		if err := e.VolumeRemove(ctx, v.Name, true); err != nil {
			t.Error(err)
		}
	}
}

// networks names the engine's networks, sorted.
func (e *testEngine) networks(t testing.TB) []string {
	t.Helper()
	list, err := e.NetworkList(t.Context(), network.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range list {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	return names
}

// manifestFile copies a manifest of testdata/pods, with some words exchanged.
func manifestFile(dir, name string, exchange ...string) (string, error) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "pods", name+".yaml"))
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name+".yaml")
	return path, os.WriteFile(path, []byte(strings.NewReplacer(exchange...).Replace(string(data))), 0o644)
}
