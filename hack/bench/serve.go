package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/docker/docker/client"

	minipodclient "github.com/minipod/minipod/hack/client"
)

// serveOptions are the command line of bench serve.
type serveOptions struct {
	pods    int
	kills   int
	patches int
	rounds  int
	polling time.Duration
	kubectl string
	minipod string
}

func parseServe(args []string) (serveOptions, error) {
	var o serveOptions
	flags := flag.NewFlagSet("bench serve", flag.ContinueOnError)
	flags.IntVar(&o.pods, "pods", 100, "how many pods there are")
	flags.IntVar(&o.kills, "kills", 30, "how many containers are killed")
	flags.IntVar(&o.patches, "patches", 2000, "how many changes of labels are made")
	flags.IntVar(&o.rounds, "rounds", 11, "how often the pods are listed")
	flags.DurationVar(&o.polling, "polling", 10*time.Second, "how long clients get pods")
	flags.StringVar(&o.kubectl, "kubectl", "", "the `program` kubectl (default: built by hack/conformance/kubectl)")
	flags.StringVar(&o.minipod, "minipod", "bin/minipod", "the `program` to measure")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.pods < 1 || o.kills < 1 || o.kills > o.pods || o.rounds < 1 {
		return o, errors.New("serve: wants at least one pod, one kill and one round, at most one kill for each pod, and no arguments (see --help)")
	}
	return o, nil
}

// serveBench measures a minipod serve of its own, with pods that it makes
// through the API in a namespace of its own and removes at the end: how long
// listing takes, how soon a client that watches hears of a death, how many
// requests are answered, and what all that leaves in memory. serve keeps every
// pod of its engine, so the engine should have no others.
type serveBench struct {
	serveOptions
	out    io.Writer
	cli    *client.Client
	server *server
	api    *api
	pods   []string
}

// run measures one thing after the other and prints each as it is known. The
// memory is looked at on the way: what a stage leaves behind is seen there.
func (o serveOptions) run(ctx context.Context) (err error) {
	b := &serveBench{serveOptions: o, out: os.Stdout}
	if b.cli, err = minipodclient.New(); err != nil {
		return err
	}
	defer b.cli.Close()
	if err := b.findKubectl(ctx); err != nil {
		return err
	}
	if b.server, err = startServer(ctx, o.minipod); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.server.stop()) }()
	if b.api, err = newAPI(b.server.kubeconfig); err != nil {
		return err
	}
	engine, err := b.cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's version: %w", err)
	}
	fmt.Fprintf(b.out, "minipod serve with %d pods; Docker Engine %s%s.\n\n", o.pods, engine.Version, load())
	defer func() { err = errors.Join(err, b.clear(context.WithoutCancel(ctx))) }()
	if err := b.clear(ctx); err != nil {
		return err
	}
	return b.stages(ctx)
}

func (b *serveBench) stages(ctx context.Context) error {
	for _, stage := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"at the start", nil},
		{"with the pods", b.makePods},
		{"after listing", b.list},
		{"after the deaths", b.deaths},
		{"after polling", b.poll},
		{"after the changes", b.churn},
		{"after listing again", b.list},
		{"without the pods", b.removePods},
	} {
		if stage.do != nil {
			if err := stage.do(ctx); err != nil {
				return err
			}
		}
		m, err := b.server.memory(ctx, b.api)
		if err != nil {
			return err
		}
		b.say("memory "+stage.name, "%s", m)
	}
	return nil
}

// say prints one figure.
func (b *serveBench) say(what, format string, args ...any) {
	fmt.Fprintf(b.out, "%-38s %s\n", what, fmt.Sprintf(format, args...))
}

// findKubectl has kubectl built where the command line names none.
func (b *serveBench) findKubectl(ctx context.Context) error {
	if b.kubectl != "" {
		return nil
	}
	cmd := exec.CommandContext(ctx, "hack/conformance/kubectl")
	var said bytes.Buffer
	cmd.Stderr = &said
	path, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("build kubectl: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	b.kubectl = strings.TrimSpace(string(path))
	return nil
}
