package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Page is docs/conformance.md: the last full run, for people, and the list of what passes, for
// the next run to be held against.
type Page struct {
	Versions []Version
	Run      Run
	Reasons  Reasons
}

// Version names something that took part in the run.
type Version struct{ What, Version string }

// passing is the heading under which a page lists what passes; Listed looks for it.
const passing = "## Specs that pass"

const intro = `# Kubernetes' own tests on minipod

This page is written by ` + "`hack/conformance/run --write`" + `; do not edit it. It holds the outcome of
the specs that Kubernetes' test binary tags for nodes, run against ` + "`minipod serve`" + ` with stand-in
images. It is a measure, not a certificate: passing them does not make minipod a conformant cluster.
The reasons come from ` + "`hack/conformance/reasons.yaml`" + `. ` + "`make conformance`" + ` fails when a spec that is
listed here as passing fails.

`

// Markdown is the text of the page.
func (p Page) Markdown() string {
	var text strings.Builder
	text.WriteString(intro)
	fmt.Fprintf(&text, "**%s.** %d more skipped themselves, %d were not run. The run took %s.\n\n",
		p.Run.Verdict(), p.Run.Count(Skipped), p.Run.Count(NotRun), p.Run.Took.Round(time.Second))
	text.WriteString("| what | version |\n|---|---|\n")
	for _, version := range p.Versions {
		fmt.Fprintf(&text, "| %s | %s |\n", cell(version.What), cell(version.Version))
	}
	p.writeFiles(&text)
	p.writeOthers(&text)
	p.writePassing(&text)
	return text.String()
}

func (p Page) writeFiles(text *strings.Builder) {
	text.WriteString("\n## By file\n\n| file | passed | of run | skipped | not run |\n|---|--:|--:|--:|--:|\n")
	for _, line := range byFile(p.Run.Specs) {
		fmt.Fprintf(text, "| %s | %d | %d | %d | %d |\n", line.File, line.Passed, line.Run, line.Skipped, line.Other)
	}
}

func (p Page) writeOthers(text *strings.Builder) {
	text.WriteString("\n## Specs that do not pass, and why\n\n| spec | outcome | reason |\n|---|---|---|\n")
	for _, spec := range p.Run.Specs {
		if spec.Outcome != Passed {
			fmt.Fprintf(text, "| `%s` | %s | %s |\n", cell(spec.Name), spec.Outcome, cell(p.Reasons.Of(spec)))
		}
	}
}

func (p Page) writePassing(text *strings.Builder) {
	text.WriteString("\n" + passing + "\n\n```text\n")
	for _, spec := range p.Run.Specs {
		if spec.Outcome == Passed {
			text.WriteString(spec.Name + "\n")
		}
	}
	text.WriteString("```\n")
}

// cell keeps text from ending a cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

// Listed are the specs that a page lists as passing.
func Listed(markdown string) []string {
	_, list, found := strings.Cut(markdown, passing+"\n\n```text\n")
	if !found {
		return nil
	}
	list, _, _ = strings.Cut(list, "```")
	if list == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(list, "\n"), "\n")
}

// Worse are the specs of a run that a page lists as passing and that did not pass. Those that the
// run left out on purpose are not among them.
func (r Run) Worse(listed []string) []Spec {
	var worse []Spec
	for _, spec := range r.Specs {
		if spec.Outcome != Passed && spec.Outcome != NotRun && slices.Contains(listed, spec.Name) {
			worse = append(worse, spec)
		}
	}
	return worse
}
