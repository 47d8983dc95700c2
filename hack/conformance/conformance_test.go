package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minipod/minipod/hack/conformance/report"
)

func TestParseOptions(t *testing.T) {
	t.Setenv("FOCUS", "from the environment")
	opts, err := parseOptions(nil)
	if err != nil || opts.focus != "from the environment" {
		t.Errorf("focus %q (%v), want the environment's", opts.focus, err)
	}
	opts, err = parseOptions([]string{"--skip=cap", "an argument"})
	if err != nil || opts.focus != "an argument" || opts.skip != "cap" {
		t.Errorf("focus %q, skip %q (%v), want the arguments", opts.focus, opts.skip, err)
	}
	t.Setenv("FOCUS", "")
	opts, err = parseOptions([]string{"--write", ""})
	if err != nil || !opts.write || opts.focus != "" {
		t.Errorf("options %+v (%v): an empty FOCUS is none", opts, err)
	}
	for flag, want := range map[string]string{"--build-only": buildAll, "--build-only=kubectl": "kubectl"} {
		if opts, err = parseOptions([]string{flag}); err != nil || opts.build != want {
			t.Errorf("%s: build %q (%v), want %q", flag, opts.build, err, want)
		}
	}
}

func TestPodResizeIsAskedFor(t *testing.T) {
	opts, err := parseOptions([]string{"--pod-resize", "PLR"})
	if err != nil || !opts.podResize || opts.focus != "PLR" {
		t.Errorf("options %+v (%v)", opts, err)
	}
	for asked, excluded := range map[bool]bool{true: false, false: true} {
		if got := strings.Contains((suite{podResize: asked}).labels(), "!"+podResize); got != excluded {
			t.Errorf("--pod-resize=%t leaves them out: %t", asked, got)
		}
	}
}

func TestParseOptionsRefuses(t *testing.T) {
	t.Setenv("FOCUS", "")
	for _, args := range []string{"a b", "--quick a", "--write a", "--write --quick", "(", "--skip=(", "--build-only=nothing", "--nothing"} {
		if _, err := parseOptions(strings.Fields(args)); !errors.Is(err, errUsage) {
			t.Errorf("%s: error %v, want wrong usage", args, err)
		}
	}
}

func TestVerdict(t *testing.T) {
	failed := report.Run{Specs: []report.Spec{{Name: "a", Outcome: report.Failed}, {Name: "b", Outcome: report.Passed}}}
	for _, test := range []struct {
		name   string
		run    report.Run
		listed []string
		opts   options
		fails  bool
	}{
		{"what fails was not listed", failed, []string{"b"}, options{}, false},
		{"what fails was listed", failed, []string{"a"}, options{}, true},
		{"a new page was written", failed, []string{"a"}, options{write: true}, false},
		{"the suite broke off", report.Run{Suite: []string{"BeforeSuite"}}, nil, options{write: true}, true},
	} {
		if err := verdict(test.run, test.listed, test.opts); (err != nil) != test.fails {
			t.Errorf("%s: error %v", test.name, err)
		}
	}
}

func TestLogName(t *testing.T) {
	for name, want := range map[string]string{
		"[sig-node] Pods should be (a/b) [NodeConformance]": "Pods-should-be-a-b.log",
		strings.Repeat("x", 300):                            strings.Repeat("x", 200) + ".log",
	} {
		if got := logName(name); got != want {
			t.Errorf("logName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestQuickFocus(t *testing.T) {
	focus, err := quickFocus(place{module: "."})
	if err != nil {
		t.Fatal(err)
	}
	if (options{focus: focus}).check(0) != nil || focus == "" || strings.Contains(focus, "#") {
		t.Errorf("quick.txt makes no good focus: %q", focus)
	}
}

func TestStampsAreKubernetesVersions(t *testing.T) {
	of := versions{kubernetes: moduleVersion{Version: "v1.37.1"}, kubectl: moduleVersion{Version: "v0.37.2"}}
	for name, want := range map[string]string{
		"kubectl":  "gitVersion=v1.37.2 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37",
		"e2e.test": "gitVersion=v1.37.1 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37",
		"ginkgo":   "-s -w",
	} {
		program, _ := findProgram(name)
		if got := program.ldflags(of); !strings.HasSuffix(got, want) {
			t.Errorf("flags of %s are %q, want them to end in %q", name, got, want)
		}
	}
}

func TestReasonsAreReadable(t *testing.T) {
	reasons, err := readReasons(place{module: "."})
	if err != nil {
		t.Fatal(err)
	}
	name := "[sig-storage] HostPath should support r/w [NodeConformance]"
	if reason := reasons.Of(report.Spec{Name: name, Outcome: report.Failed}); reason == report.NoReason {
		t.Errorf("%s: %s", name, reason)
	}
}

func TestPrune(t *testing.T) {
	runs := t.TempDir()
	for day := range 5 {
		if err := os.MkdirAll(filepath.Join(runs, fmt.Sprintf("2026-01-0%dT10-00-00-1", 5-day), "inner"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("2026-01-05T10-00-00-1", filepath.Join(runs, "last")); err != nil {
		t.Fatal(err)
	}
	if err := prune(runs, 2); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(runs)
	if err != nil || len(left) != 3 || left[0].Name() != "2026-01-04T10-00-00-1" || left[2].Name() != "last" {
		t.Errorf("left are %v, %v", left, err)
	}
}
