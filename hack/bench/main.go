// Command bench measures minipod run: a pod of a pause and three containers,
// whose images are there, is made by minipod, by docker commands one after the
// other, and by bare calls of the Docker API in the same order: the floor of
// any program that does one thing after the other. What such calls take that
// create containers while the pause starts, as minipod does, shows what is left
// to gain. Twenty small pods in one file are made by minipod, and by the docker
// commands for the same, four at a time. No other minipod should be at work on
// the engine meanwhile.
//
//	bench [--runs N] [--rounds N] [--crowds N] [--minipod FILE] [--judge]
//	bench serve [--pods N] [--kills N] [--patches N] [--kubectl FILE] [--minipod FILE]
//	bench supervise [--pods N] [--kills N] [--lasts 1m] [--minipod FILE]
//
// The second form measures minipod serve with many pods: see serve.go; the third
// a supervisor that keeps many: see keep.go.
//
// The ways take turns, so that a load that comes and goes falls on all of them,
// and only times of one round are held against one another. Of several runs the
// quietest is judged, that in which the bare calls took least: a busy machine
// says more of its other work than of minipod. Removing is not part of making;
// minipod version, ps and rm are timed by the way. With --judge a target that
// is missed is a failure. Times are noisy: it is for people, not for CI.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/minipod/minipod/hack/client"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/translate"
)

//go:embed pod.yaml
var manifest []byte

// options are the command line.
type options struct {
	runs    int
	rounds  int
	warmups int
	crowds  int
	minipod string
	judge   bool
}

func main() {
	_ = os.Setenv("MINIPOD_NO_SUPERVISE", "1") // what is run here leaves no supervisor behind
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// dispatch measures run, or what the first argument names.
func dispatch(ctx context.Context, args []string) error {
	o, err := chosen(args)
	if err != nil {
		return err
	}
	err = o.run(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// chosen is what the command line wants measured.
func chosen(args []string) (measurement, error) {
	if len(args) > 0 {
		switch args[0] {
		case "serve":
			return parseServe(args[1:])
		case "supervise":
			return parseKeep(args[1:])
		}
	}
	return parse(args)
}

type measurement interface {
	run(ctx context.Context) error
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.runs, "runs", 3, "of how many runs the quietest is judged")
	flags.IntVar(&o.rounds, "rounds", 10, "how often each way is measured in a run")
	flags.IntVar(&o.warmups, "warmups", 2, "rounds of a run that do not count")
	flags.IntVar(&o.crowds, "crowds", 3, "how often twenty pods are made in a run")
	flags.StringVar(&o.minipod, "minipod", "bin/minipod", "the `program` to measure")
	flags.BoolVar(&o.judge, "judge", false, "fail when a target is missed")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || min(o.runs, o.rounds, o.crowds) < 1 || o.warmups < 0 {
		return o, errors.New("wants at least one of runs, rounds and crowds, and no arguments (see --help)")
	}
	return o, nil
}

func (o options) run(ctx context.Context) error {
	cli, err := client.New()
	if err != nil {
		return err
	}
	defer cli.Close()
	dir, err := os.MkdirTemp("", "minipod-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{cli: cli, minipod: o.minipod, file: filepath.Join(dir, "pod.yaml"), many: filepath.Join(dir, "many.yaml"), volumes: filepath.Join(dir, "volumes.yaml")}
	err = errors.Join(os.WriteFile(b.file, manifest, 0o600), os.WriteFile(b.many, manyManifests(), 0o600), os.WriteFile(b.volumes, volumes, 0o600))
	if err != nil {
		return err
	}
	if b.pod, err = blueprint(); err != nil {
		return err
	}
	var runs []run
	for i := range o.runs {
		fmt.Fprintf(os.Stderr, "bench: run %d of %d\n", i+1, o.runs)
		if err := b.measure(ctx, o); err != nil {
			return err
		}
		runs = append(runs, run{b.times, load()})
	}
	return b.report(ctx, os.Stdout, runs, o)
}

// blueprint is the pod as Docker requests: the calls of the floor carry the
// same bodies as those of minipod.
func blueprint() (*translate.Blueprint, error) {
	objects, err := podspec.Parse("pod.yaml", manifest)
	if err != nil {
		return nil, err
	}
	pod := objects[0].Pod()
	pod.UID = "minipod-bench"
	return translate.New(pod, translate.Options{}), nil
}
