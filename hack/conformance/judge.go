package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/minipod/minipod/hack/conformance/report"
	"github.com/minipod/minipod/hack/conformance/standin"
)

// judge runs the specs and says what came of them. It is an error if what docs/conformance.md
// lists as passing does not pass, or if the suite as a whole went wrong.
func judge(ctx context.Context, place place, opts options) error {
	folder, err := runFolder(place, opts)
	if err != nil {
		return err
	}
	suite := suite{
		place: place, folder: folder, kubeconfig: opts.kubeconfig, focus: opts.focus, skip: opts.skip,
		podResize: opts.podResize, procs: opts.procs, timeout: opts.timeout,
	}
	if opts.quick {
		if suite.focus, err = quickFocus(place); err != nil {
			return err
		}
	}
	if err := suite.writeRepos(standin.Registry); err != nil {
		return err
	}
	selected, err := suite.selected(ctx)
	if err != nil {
		return err
	}
	if opts.list {
		return listSpecs(selected)
	}
	if len(selected) == 0 {
		return fmt.Errorf("no spec matches %q; --list names them", suite.focus)
	}
	run, err := results(ctx, suite, opts, len(selected))
	if err != nil {
		return err
	}
	return conclude(ctx, suite, opts, run.Of(selected))
}

// runFolder is that of the run that has ended, or of the one to come.
func runFolder(place place, opts options) (string, error) {
	if opts.results != "" {
		return opts.results, nil
	}
	return place.newRunFolder()
}

func listSpecs(specs []report.Spec) error {
	for _, spec := range specs {
		fmt.Println(spec.Name)
	}
	say("%d specs", len(specs))
	return nil
}

// results are those of a run that has ended, or of one that is made now.
func results(ctx context.Context, suite suite, opts options, total int) (report.Run, error) {
	if opts.results != "" {
		return suite.read(resultsName)
	}
	return runSpecs(ctx, suite, total)
}

// runSpecs runs the suite against the server that the caller named, or else its own.
func runSpecs(ctx context.Context, suite suite, total int) (report.Run, error) {
	if suite.kubeconfig != "" {
		return suite.run(ctx, total)
	}
	registry, err := startRegistry(ctx, suite.place, suite.folder)
	if err != nil {
		return report.Run{}, err
	}
	run, err := runOnOwnServer(ctx, suite, total, registry.prefix())
	return run, errors.Join(err, registry.stop(ctx))
}

// runOnOwnServer starts a server for the suite, whose images' names begin with prefix.
func runOnOwnServer(ctx context.Context, suite suite, total int, prefix string) (report.Run, error) {
	if err := suite.writeRepos(prefix); err != nil {
		return report.Run{}, err
	}
	minipod, err := suite.place.buildOwn(ctx, "minipod", "./cmd/minipod")
	if err != nil {
		return report.Run{}, err
	}
	server, err := startServer(ctx, suite.place, minipod, suite.folder)
	if err != nil {
		return report.Run{}, err
	}
	suite.kubeconfig = server.kubeconfig
	say("running %d specs, %d at a time; all output is in %s", total, suite.procs, suite.folder)
	run, err := suite.run(ctx, total)
	server.cleanUp(ctx)
	if memory, err := server.memory(); err == nil {
		say("serve's memory: %s", memory)
	} else {
		run.Suite = append(run.Suite, err.Error())
	}
	return run, errors.Join(err, server.stop())
}

// conclude writes the results down and holds them against what docs/conformance.md lists.
func conclude(ctx context.Context, suite suite, opts options, run report.Run) error {
	if err := writeLogs(suite.folder, run); err != nil {
		return err
	}
	reasons, err := readReasons(suite.place)
	if err != nil {
		return err
	}
	listed, err := readListed(suite.place)
	if err != nil {
		return err
	}
	if opts.write && len(run.Suite) == 0 {
		if err := writePage(ctx, suite.place, run, reasons); err != nil {
			return err
		}
	}
	if opts.all() {
		for _, pattern := range reasons.Unused(run.Specs) {
			say("reasons.yaml explains no spec with %q", pattern)
		}
	}
	for _, spec := range run.Worse(listed) {
		say("docs/conformance.md lists as passing: %s", spec.Name)
	}
	var table bytes.Buffer
	if err := run.WriteTable(&table); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(suite.folder, "table.txt"), table.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if _, err := table.WriteTo(os.Stdout); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return verdict(run, listed, opts)
}

// verdict is the error that the exit code stands for. A page just written needs no comparing.
func verdict(run report.Run, listed []string, opts options) error {
	if len(run.Suite) > 0 {
		return fmt.Errorf("the suite did not come to its end: %s", run.Suite[0])
	}
	if worse := run.Worse(listed); len(worse) > 0 && !opts.write {
		return fmt.Errorf("%d specs that docs/conformance.md lists as passing do not", len(worse))
	}
	return nil
}

// writeLogs keeps, for each spec that failed, why it did and all it wrote.
func writeLogs(folder string, run report.Run) error {
	logs := filepath.Join(folder, "failed")
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return fmt.Errorf("make room for logs: %w", err)
	}
	for _, spec := range run.Specs {
		if spec.Outcome != report.Failed {
			continue
		}
		text := fmt.Sprintf("%s\n%s\nfailed at %s after %s\n\n%s\n\n%s", spec.Name, spec.File, spec.Where, spec.Took, spec.Message, spec.Output)
		if err := os.WriteFile(filepath.Join(logs, logName(spec.Name)), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write log: %w", err)
		}
	}
	if n := run.Count(report.Failed); n > 0 {
		say("the logs of the specs that failed are in %s", logs)
	}
	return nil
}

// logName is a spec's name as a file name: without its tags, and short enough.
func logName(name string) string {
	name = regexp.MustCompile(`\[[^\]]*\]`).ReplaceAllString(name, "")
	name = strings.Trim(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(name, "-"), "-")
	const most = 200
	return name[:min(len(name), most)] + ".log"
}

// quickFocus is the focus of --quick: quick.txt holds one regular expression a line.
func quickFocus(place place) (string, error) {
	data, err := os.ReadFile(filepath.Join(place.module, "quick.txt"))
	if err != nil {
		return "", fmt.Errorf("read the quick part: %w", err)
	}
	var patterns []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	return strings.Join(patterns, "|"), nil
}

func readReasons(place place) (report.Reasons, error) {
	data, err := os.ReadFile(filepath.Join(place.module, "reasons.yaml"))
	if err != nil {
		return report.Reasons{}, fmt.Errorf("read reasons: %w", err)
	}
	return report.ParseReasons(data)
}

// readListed reads what passed last; before the first page was written, nothing did.
func readListed(place place) ([]string, error) {
	data, err := os.ReadFile(place.page())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what passes: %w", err)
	}
	return report.Listed(string(data)), nil
}
