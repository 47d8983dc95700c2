package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/minipod/minipod/hack/conformance/report"
)

// wanted selects, by labels, the specs for what a node does: all that node conformance is made
// of, and all of the node group that conformance is. In-place resize of a pod's own resources is a
// beta feature of 127 specs, which would hide the others: --pod-resize has them run too.
const (
	wanted    = "(NodeConformance || (sig-node && Conformance))"
	podResize = "/InPlacePodLevelResources/"
)

// interruptedFor is how long specs have to clean up after Ctrl-C.
const interruptedFor = 2 * time.Minute

// resultsName is the file of a run's results in its folder.
const resultsName = "report.json"

// suite is Kubernetes' test binary, made ready to run a selection of its specs.
type suite struct {
	place      place
	folder     string // of the run
	kubeconfig string
	focus      string
	skip       string
	podResize  bool
	procs      int
	timeout    time.Duration
}

// selected are the specs that would run, whether --skip leaves them out or not.
func (s suite) selected(ctx context.Context) ([]report.Spec, error) {
	name := "selected.json"
	cmd := s.ginkgo(ctx, name, "--dry-run", "--focus="+s.focus)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("select specs: %w: %s", err, bytes.TrimSpace(out))
	}
	run, err := s.read(name)
	return run.Specs, err
}

// run runs the specs; total is how many there are. Failing specs are no error.
func (s suite) run(ctx context.Context, total int) (report.Run, error) {
	log, err := os.Create(filepath.Join(s.folder, "ginkgo.log"))
	if err != nil {
		return report.Run{}, fmt.Errorf("make ginkgo's log: %w", err)
	}
	defer log.Close()
	cmd := s.ginkgo(ctx, resultsName, "--focus="+s.focus, "--skip="+s.skip,
		fmt.Sprintf("--procs=%d", min(s.procs, total)), fmt.Sprintf("--timeout=%s", s.timeout))
	out := io.MultiWriter(log, &progress{total: total, said: time.Now()})
	cmd.Stdout, cmd.Stderr = out, out
	ended := runTogether(cmd)
	run, err := s.read(resultsName)
	if err != nil && ended != nil { // no report: it did not get as far as running specs
		return report.Run{}, fmt.Errorf("run specs: %w; see %s", ended, log.Name())
	}
	return run, err
}

// runTogether runs ginkgo in a group with the test binaries that it starts: they are told to stop
// as a terminal would tell them, all at once, and none outlives this program.
func runTogether(cmd *exec.Cmd) error {
	group, err := newGroup()
	if err != nil {
		return err
	}
	group.join(cmd)
	cmd.Cancel = func() error { return group.signal(syscall.SIGINT) }
	cmd.WaitDelay = interruptedFor
	return errors.Join(cmd.Run(), group.end())
}

func (s suite) ginkgo(ctx context.Context, reportName string, args ...string) *exec.Cmd {
	bin := s.place.bin()
	all := append([]string{"run", "--no-color", "--silence-skips", "--label-filter=" + s.labels()}, args...)
	all = append(all, "--json-report="+reportName, "--output-dir="+s.folder, filepath.Join(bin, "e2e.test"),
		"--", "--provider=skeleton", "--kubeconfig="+s.kubeconfig, "--kubectl-path="+filepath.Join(bin, "kubectl"))
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "ginkgo"), all...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "KUBE_TEST_REPO_LIST="+s.reposFile())
	return cmd
}

// labels is ginkgo's filter for the specs that are wanted.
func (s suite) labels() string {
	if s.podResize {
		return wanted
	}
	return wanted + " && !" + podResize
}

func (s suite) read(name string) (report.Run, error) {
	file, err := os.Open(filepath.Join(s.folder, name))
	if err != nil {
		return report.Run{}, fmt.Errorf("read ginkgo's report: %w", err)
	}
	defer file.Close()
	return report.Read(file)
}

func (s suite) reposFile() string { return filepath.Join(s.folder, "repos.yaml") }

// writeRepos tells the tests what the names of their images begin with.
func (s suite) writeRepos(prefix string) error {
	text := fmt.Sprintf("promoterE2eRegistry: %[1]s\ngcRegistry: %[1]s\n", prefix)
	if err := os.WriteFile(s.reposFile(), []byte(text), 0o644); err != nil {
		return fmt.Errorf("redirect images: %w", err)
	}
	return nil
}

// progress says now and then how far ginkgo has come: it prints a bullet for every spec that ended.
type progress struct {
	total, done, failed int
	said                time.Time
}

// sayEvery keeps progress from being the longest part of the output.
const sayEvery = 15 * time.Second

func (p *progress) Write(text []byte) (int, error) {
	p.done += strings.Count(string(text), "•")
	p.failed += strings.Count(string(text), "• [FAILED]")
	if time.Since(p.said) >= sayEvery {
		p.said = time.Now()
		say("%d of %d specs ended, %d failed", p.done, p.total, p.failed)
	}
	return len(text), nil
}
