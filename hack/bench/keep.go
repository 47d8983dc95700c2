package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker/docker/client"

	minipodclient "github.com/minipod/minipod/hack/client"
	"github.com/minipod/minipod/hack/group"
)

// keepOptions are the command line of bench supervise.
type keepOptions struct {
	pods    int
	kills   int
	rounds  int
	lasts   time.Duration
	minipod string
}

func parseKeep(args []string) (keepOptions, error) {
	var o keepOptions
	flags := flag.NewFlagSet("bench supervise", flag.ContinueOnError)
	flags.IntVar(&o.pods, "pods", 100, "how many pods there are, each with a readiness probe")
	flags.IntVar(&o.kills, "kills", 30, "how many containers are killed, and how many probes fail")
	flags.IntVar(&o.rounds, "rounds", 11, "how often the pods are listed")
	flags.DurationVar(&o.lasts, "lasts", time.Minute, "how long the supervisor is looked at")
	flags.StringVar(&o.minipod, "minipod", "bin/minipod", "the `program` to measure")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || min(o.pods, o.kills, o.rounds) < 1 || o.kills > o.pods {
		return o, errors.New("supervise: wants at least one pod, kill and round, at most one kill for each pod, and no arguments (see --help)")
	}
	return o, nil
}

// keepSpace is the namespace of the pods that are kept.
const keepSpace = "minipod-bench-kept"

// keepManifest is one of them. Its file /ok is what its liveness probe looks for.
const keepManifest = `---
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox
      imagePullPolicy: IfNotPresent
      command: [sh, -c, "touch /ok; echo > /index.html; exec httpd -f -p 8080 -h /"]
      readinessProbe: {httpGet: {path: /, port: 8080}, timeoutSeconds: 10}
`

// keepLive is added for the pods whose liveness fails.
const keepLive = `      livenessProbe: {exec: {command: [test, -e, /ok]}, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 10}
`

// keepBench measures a supervisor of its own that keeps many pods: what it
// costs while nothing happens, and how soon it acts. It keeps every pod of its
// engine, so the engine should have no others.
type keepBench struct {
	keepOptions
	out        io.Writer
	cli        *client.Client
	folder     string
	group      *group.Group
	relay      *relay
	supervisor *exec.Cmd
}

func (o keepOptions) run(ctx context.Context) (err error) {
	b := &keepBench{keepOptions: o, out: os.Stdout}
	if b.cli, err = minipodclient.New(); err != nil {
		return err
	}
	defer b.cli.Close()
	if b.folder, err = os.MkdirTemp("", "minipod-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	if b.group, err = group.New(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.group.End()) }()
	if b.relay, err = newRelay(filepath.Join(b.folder, "engine.sock"), b.cli.DaemonHost()); err != nil {
		return err
	}
	defer b.relay.close()
	engine, err := b.cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's version: %w", err)
	}
	fmt.Fprintf(b.out, "minipod supervise with %d pods; Docker Engine %s%s.\n\n", o.pods, engine.Version, load())
	defer func() { err = errors.Join(err, b.clear(context.WithoutCancel(ctx))) }()
	for _, stage := range []func(context.Context) error{b.clear, b.makePods, b.list, b.start, b.idle, b.deaths, b.failures} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *keepBench) say(what, format string, args ...any) {
	fmt.Fprintf(b.out, "%-44s %s\n", what, fmt.Sprintf(format, args...))
}

// name is that of a pod. The last are those whose liveness fails.
func (b *keepBench) name(i int) string { return fmt.Sprintf("kept-%03d", i) }

func (b *keepBench) minipodIn(ctx context.Context, args ...string) error {
	return command(ctx, b.minipod, append(args, "-n", keepSpace)...)
}

func (b *keepBench) clear(ctx context.Context) error {
	return b.minipodIn(ctx, "rm", "--all", "--now")
}

func (b *keepBench) makePods(ctx context.Context) error {
	var text strings.Builder
	for i := range b.pods + b.kills {
		text.WriteString(strings.ReplaceAll(keepManifest, "NAME", b.name(i)))
		if i >= b.pods {
			text.WriteString(keepLive)
		}
		if i == b.pods-1 {
			if err := b.makeOf(ctx, "pods.yaml", text.String()); err != nil {
				return err
			}
			text.Reset()
		}
	}
	return os.WriteFile(filepath.Join(b.folder, "failing.yaml"), []byte(text.String()), 0o600)
}

func (b *keepBench) makeOf(ctx context.Context, file, text string) error {
	path := filepath.Join(b.folder, file)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return b.minipodIn(ctx, "run", path)
}

// list compares ps with docker ps, which take turns.
func (b *keepBench) list(ctx context.Context) error {
	var ours, theirs []time.Duration
	for range b.rounds {
		for _, way := range []struct {
			times *[]time.Duration
			do    func() error
		}{
			{&ours, func() error { return b.minipodIn(ctx, "ps") }},
			{&theirs, func() error {
				return command(ctx, "docker", "ps", "-a", "--filter", "label=dev.minipod.namespace="+keepSpace)
			}},
		} {
			began := time.Now()
			if err := way.do(); err != nil {
				return err
			}
			*way.times = append(*way.times, time.Since(began))
		}
	}
	b.say("minipod ps", "%s", tail(ours))
	b.say("docker ps -a of the same", "%s", tail(theirs))
	return nil
}

// start starts the supervisor, and waits until all pods are ready.
func (b *keepBench) start(ctx context.Context) error {
	b.supervisor = exec.Command(b.minipod, "supervise")
	b.supervisor.Env = append(os.Environ(), "DOCKER_HOST="+b.relay.address(), "XDG_STATE_HOME="+b.folder)
	b.group.Join(b.supervisor)
	began := time.Now()
	if err := b.supervisor.Start(); err != nil {
		return err
	}
	if err := b.minipodIn(ctx, "wait", "--for=condition=Ready", "--all", "--timeout=3m"); err != nil {
		return err
	}
	b.say("supervise: start until all are ready", "%.1f s", time.Since(began).Seconds())
	return nil
}

// idle looks at the supervisor while nothing happens but probes.
func (b *keepBench) idle(ctx context.Context) error {
	calls, busy, err := b.spent()
	if err != nil {
		return err
	}
	began := time.Now()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(b.lasts):
	}
	calls2, busy2, err := b.spent()
	if err != nil {
		return err
	}
	took := time.Since(began)
	resident, err := residentMemory(b.supervisor.Process.Pid)
	if err != nil {
		return err
	}
	b.say("memory", "%s kB resident", resident)
	b.say("processor", "%.1f%% of one", 100*(busy2-busy).Seconds()/took.Seconds())
	b.say("Docker API calls", "%.1f a second", float64(calls2-calls)/took.Seconds())
	return nil
}

func (b *keepBench) spent() (calls int64, busy time.Duration, err error) {
	busy, err = processorTime(b.supervisor.Process.Pid)
	return b.relay.calls(), busy, err
}
