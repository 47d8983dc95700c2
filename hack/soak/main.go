// Command soak runs many minipods at once on few pods, kills some of them, and wants every one to
// end within its time and nothing to be left.
//
//	soak [--for 5m] [--keep 10m] [--seed N] [--calls 200] [--names 10] [--within 1m] [--minipod FILE]
//
// It does one part after the other until the time is over. In one, as many runs of each name as there
// are calls make the pods, and removals remove them; in one, runs and removals meet, all at once; in
// one, workers run, replace, stop, start and remove what they come upon, and a part of these calls is
// killed with -9. At the end of each the pods are made whole or removed, and the engine is asked what
// is left. See parts.go. What goes wrong is printed with the engine's state, and is exit code 1. The
// seed repeats the calls, though not the times at which they meet.
//
// Then twenty pods that crash, retry, fail and hang are kept by supervisors that are killed: see kept.go.
//
// The pods are in a namespace of their own, which is cleared at the start and at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/minipod/minipod/hack/client"
	"github.com/minipod/minipod/hack/group"
)

// options are the command line.
type options struct {
	lasts   time.Duration
	keeps   time.Duration
	seed    uint64
	calls   int
	names   int
	within  time.Duration
	minipod string
}

func main() {
	_ = os.Setenv("MINIPOD_NO_SUPERVISE", "1") // what is run here leaves no supervisor behind
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "soak: error:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.DurationVar(&o.lasts, "for", 5*time.Minute, "begin no part after this time")
	flags.DurationVar(&o.keeps, "keep", 10*time.Minute, "then have supervisors that are killed keep pods, for so long; 0 for not at all")
	flags.Uint64Var(&o.seed, "seed", 0, "repeat the calls of the soak that printed this seed (default: a new one)")
	flags.IntVar(&o.calls, "calls", 200, "how many minipods are started at once")
	flags.IntVar(&o.names, "names", 10, "how many pods they are about")
	flags.DurationVar(&o.within, "within", time.Minute, "how long a call may take")
	flags.StringVar(&o.minipod, "minipod", "bin/minipod", "the `program` to run")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.names < 1 || o.calls < o.names {
		return o, errors.New("wants at least one name, a call for each, and no arguments (see --help)")
	}
	if o.seed == 0 {
		o.seed = uint64(rand.Uint32())
	}
	return o, nil
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	cli, err := client.New()
	if err != nil {
		return err
	}
	defer cli.Close()
	processes, err := group.New()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, processes.End()) }()
	folder, err := os.MkdirTemp("", "manifests-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	s := &soak{options: o, engine: engine{cli}, processes: processes, folder: folder, out: os.Stdout}
	return s.run(ctx)
}
