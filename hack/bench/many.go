package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"golang.org/x/sync/errgroup"
)

// The ways to make twenty pods of one container, as the report calls them.
const (
	wayMany  = "minipod run of 20 pods"
	wayXargs = "docker run of 20 pods, 4 at a time"
	manyPods = 20
)

// manyManifest is one of the twenty pods; NAME is its name.
const manyManifest = `---
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "3600"]}
`

func manyNames() []string {
	names := make([]string, manyPods)
	for i := range names {
		names[i] = fmt.Sprintf("minipod-bench-%d", i)
	}
	return names
}

// manyManifests are the twenty pods in one file.
func manyManifests() []byte {
	var text bytes.Buffer
	for _, name := range manyNames() {
		text.WriteString(strings.ReplaceAll(manyManifest, "NAME", name))
	}
	return text.Bytes()
}

// crowds measures both ways to make twenty pods, which take turns in being
// first.
func (b *bench) crowds(ctx context.Context, times int) error {
	ways := []way{{wayMany, b.manyByMinipod}, {wayXargs, b.manyByXargs}}
	for i := range times {
		for j := range ways {
			w := ways[(i+j)%len(ways)]
			if err := b.time(ctx, w.name, w.make); err != nil {
				return err
			}
			if err := b.clearMany(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) manyByMinipod(ctx context.Context) error {
	return command(ctx, b.minipod, "run", b.many)
}

// manyByXargs is what one would type to have many pods soon: for each pod the
// pause, and a container that joins its namespaces.
func (b *bench) manyByXargs(ctx context.Context) error {
	const script = `docker run -d --name NAME_POD --ipc shareable PAUSE &&
docker run -d --name NAME_main --network container:NAME_POD --ipc container:NAME_POD --pid container:NAME_POD busybox sleep 3600`
	cmd := exec.CommandContext(ctx, "xargs", "-P", "4", "-I", "NAME", "sh", "-c", strings.ReplaceAll(script, "PAUSE", b.pod.Pause.Config.Image))
	cmd.Stdin = strings.NewReader(strings.Join(manyNames(), "\n"))
	return output(cmd)
}

// clearMany removes the twenty pods, side by side, those that join a pause
// first.
func (b *bench) clearMany(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, name := range manyNames() {
		group.Go(func() error {
			if err := b.remove(ctx, name+"_main"); err != nil {
				return err
			}
			return b.remove(ctx, name+"_POD")
		})
	}
	return group.Wait()
}
