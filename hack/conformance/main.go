// Command conformance judges minipod by Kubernetes' own tests: it builds them once, makes the
// images they use, starts `minipod serve`, runs the specs and says how many pass. The script run
// beside it starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// errUsage ends the program with the exit code for wrong flags.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "conformance: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	opts, err := parseOptions(args)
	if err != nil {
		return err
	}
	versions, err := readVersions(ctx, opts.module)
	if err != nil {
		return err
	}
	place, err := newPlace(opts.module, versions)
	if err != nil {
		return err
	}
	switch opts.build {
	case "":
		if err := prepare(ctx, place, opts); err != nil {
			return err
		}
		return judge(ctx, place, opts)
	case buildAll:
		return prepare(ctx, place, opts)
	default:
		if err := place.build(ctx, opts.build); err != nil {
			return err
		}
		fmt.Println(filepath.Join(place.bin(), opts.build))
		return nil
	}
}

// prepare makes what the tests need and is not there yet.
func prepare(ctx context.Context, place place, opts options) error {
	if err := place.build(ctx, programNames()...); err != nil {
		return err
	}
	if opts.list {
		return nil
	}
	return makeImages(ctx, place, opts.remake)
}
