package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

// buildAll is --build-only without a program.
const buildAll = "all"

// options is what the caller wants.
type options struct {
	module     string
	focus      string
	skip       string
	quick      bool
	write      bool
	list       bool
	podResize  bool
	remake     bool
	build      string // "" to run the tests, buildAll, or one program
	kubeconfig string
	results    string
	procs      int
	timeout    time.Duration
}

const usage = `usage: hack/conformance/run [flags] [FOCUS]

Runs Kubernetes' own node tests against minipod and prints how many pass. FOCUS, a regular
expression of spec names, runs a part; it may be in the environment too.

`

func parseOptions(args []string) (options, error) {
	opts := options{focus: os.Getenv("FOCUS")}
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&opts.module, "module", ".", "the folder hack/conformance; run sets it")
	flags.StringVar(&opts.skip, "skip", "", "leave out specs whose name matches this regular expression")
	flags.BoolVar(&opts.quick, "quick", false, "run the short part that quick.txt lists, for CI")
	flags.BoolVar(&opts.write, "write", false, "write docs/conformance.md after a run of all specs")
	flags.BoolVar(&opts.list, "list", false, "name the specs that would run, and run none")
	flags.BoolVar(&opts.podResize, "pod-resize", false, "run the 127 specs of in-place resize of a pod's own resources too")
	flags.BoolVar(&opts.remake, "remake-images", false, "make the stand-in images even if they are there")
	flags.Var(&programFlag{&opts.build}, "build-only", "build the programs and images, or with =PROGRAM that one and print its path")
	flags.StringVar(&opts.kubeconfig, "kubeconfig", "", "test the server of this kubeconfig; none is started")
	flags.StringVar(&opts.results, "results", "", "say again what came of a run that has ended, by its folder; nothing is run")
	flags.IntVar(&opts.procs, "procs", 24, "specs to run at a time; most of them wait")
	flags.DurationVar(&opts.timeout, "timeout", 45*time.Minute, "how long the specs may take together")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return opts, err
	} else if err != nil {
		return opts, errUsage
	}
	if flags.NArg() > 0 && flags.Arg(0) != "" {
		opts.focus = flags.Arg(0)
	}
	if err := opts.check(flags.NArg()); err != nil {
		fmt.Fprintln(os.Stderr, "conformance: error:", err)
		return opts, errUsage
	}
	return opts, nil
}

// check refuses what cannot be meant.
func (o options) check(args int) error {
	if args > 1 {
		return fmt.Errorf("one FOCUS at a time: join them with |")
	}
	if o.quick && o.focus != "" {
		return fmt.Errorf("--quick is a FOCUS of its own")
	}
	if o.write && !o.all() {
		return fmt.Errorf("--write needs a run of all specs, without FOCUS or --quick")
	}
	for _, pattern := range []string{o.focus, o.skip} {
		if _, err := regexp.Compile(pattern); err != nil {
			return err
		}
	}
	return nil
}

// all tells whether the specs of every kind are to run.
func (o options) all() bool { return o.focus == "" && !o.quick }

// programFlag is a flag that may have a program for its value.
type programFlag struct{ value *string }

func (f *programFlag) String() string { return "" }

// IsBoolFlag lets the flag stand alone.
func (f *programFlag) IsBoolFlag() bool { return true }

func (f *programFlag) Set(value string) error {
	if value == "true" {
		value = buildAll
	}
	if _, known := findProgram(value); !known && value != buildAll {
		return fmt.Errorf("there is no program %s; there are %q", value, programNames())
	}
	*f.value = value
	return nil
}
