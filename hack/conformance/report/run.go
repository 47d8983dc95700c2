// Package report makes of ginkgo's JSON report what people want to know of a run of Kubernetes'
// tests: a table, the reasons for what does not pass, and what has got worse since it was written
// down last.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"
)

// Outcome is how a spec ended.
type Outcome string

// Every spec that was selected has one of these outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // by the spec itself: it does not apply here
	NotRun  Outcome = "not run" // left out, or the run ended before it
)

// Spec is one of Kubernetes' tests and how it ended.
type Spec struct {
	Name    string
	File    string // below Kubernetes' test/e2e
	Outcome Outcome
	Message string // why it failed or was skipped, in full
	Where   string // file:line of the failure
	Took    time.Duration
	Output  string // all it wrote
}

// Run is what came of a number of specs.
type Run struct {
	Specs []Spec // by file, then by name
	Took  time.Duration
	// Suite is what went wrong outside of any spec. A run with no such failure is complete.
	Suite []string
}

// Read reads ginkgo's JSON report of one suite. Specs that no filter let through are left out; of
// a dry run, those that would run are all said to have passed.
func Read(r io.Reader) (Run, error) {
	var suites []types.Report
	if err := json.NewDecoder(r).Decode(&suites); err != nil {
		return Run{}, fmt.Errorf("read ginkgo's report: %w", err)
	}
	if len(suites) != 1 {
		return Run{}, fmt.Errorf("read ginkgo's report: it is about %d suites, not one", len(suites))
	}
	run := Run{Took: suites[0].RunTime, Suite: slices.Clone(suites[0].SpecialSuiteFailureReasons)}
	for _, spec := range suites[0].SpecReports {
		if spec.LeafNodeType != types.NodeTypeIt {
			if failure := suiteFailure(spec); failure != "" && !slices.Contains(run.Suite, failure) {
				run.Suite = append(run.Suite, failure)
			}
			continue
		}
		if outcome := outcomeOf(spec); outcome != NotRun {
			run.Specs = append(run.Specs, newSpec(spec, outcome))
		}
	}
	sortSpecs(run.Specs)
	return run, nil
}

// Of is the run as a run of the specs selected: those it says nothing of were not run.
func (r Run) Of(selected []Spec) Run {
	seen := map[string]bool{}
	for _, spec := range r.Specs {
		seen[spec.Name] = true
	}
	all := slices.Clone(r.Specs)
	for _, spec := range selected {
		if !seen[spec.Name] {
			all = append(all, Spec{Name: spec.Name, File: spec.File, Outcome: NotRun})
		}
	}
	sortSpecs(all)
	r.Specs = all
	return r
}

// Count is the number of specs that ended in one of the outcomes.
func (r Run) Count(outcomes ...Outcome) int {
	return count(r.Specs, outcomes...)
}

func count(specs []Spec, outcomes ...Outcome) int {
	n := 0
	for _, spec := range specs {
		if slices.Contains(outcomes, spec.Outcome) {
			n++
		}
	}
	return n
}

func newSpec(spec types.SpecReport, outcome Outcome) Spec {
	made := Spec{
		Name: spec.FullText(), File: shortFile(spec.FileName()), Outcome: outcome,
		Message: spec.Failure.Message, Took: spec.RunTime, Output: spec.CombinedOutput(),
	}
	if at := spec.Failure.Location; outcome == Failed && at.FileName != "" {
		made.Where = fmt.Sprintf("%s:%d", shortFile(at.FileName), at.LineNumber)
	}
	return made
}

// outcomeOf tells a spec that skipped itself, which says why, from one that a filter left out.
func outcomeOf(spec types.SpecReport) Outcome {
	switch {
	case spec.State.Is(types.SpecStatePassed):
		return Passed
	case spec.State.Is(types.SpecStateFailureStates):
		return Failed
	case spec.State.Is(types.SpecStateSkipped) && spec.Failure.Message != "":
		return Skipped
	}
	return NotRun
}

// suiteFailure says how one of the suite's own parts failed, such as BeforeSuite. The processes
// that only report that another one failed say nothing new.
func suiteFailure(spec types.SpecReport) string {
	if !spec.State.Is(types.SpecStateFailureStates) || strings.Contains(spec.Failure.Message, "failed on Ginkgo parallel process") {
		return ""
	}
	why := cmp.Or(FirstLine(spec.Failure.Message), spec.State.String())
	return fmt.Sprintf("%s: %s", spec.LeafNodeType, why)
}

// shortFile is a file of Kubernetes below test/e2e.
func shortFile(name string) string {
	return regexp.MustCompile(`^.*/test/e2e/`).ReplaceAllString(name, "")
}

// FirstLine is what a message starts with, short enough for a table.
func FirstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	const most = 200
	if letters := []rune(line); len(letters) > most {
		return string(letters[:most]) + "..."
	}
	return strings.TrimRight(line, " :")
}

func sortSpecs(specs []Spec) {
	slices.SortFunc(specs, func(a, b Spec) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Name, b.Name))
	})
}
