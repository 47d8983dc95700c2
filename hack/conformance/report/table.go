package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// fileCount is one line of the table by file.
type fileCount struct {
	File                        string
	Passed, Run, Skipped, Other int
}

// byFile counts the specs of each file; the specs are sorted by file.
func byFile(specs []Spec) []fileCount {
	var counts []fileCount
	for start := 0; start < len(specs); {
		end := start
		for end < len(specs) && specs[end].File == specs[start].File {
			end++
		}
		part := specs[start:end]
		counts = append(counts, fileCount{
			File: part[0].File, Passed: count(part, Passed), Run: count(part, Passed, Failed),
			Skipped: count(part, Skipped), Other: count(part, NotRun),
		})
		start = end
	}
	return counts
}

// Verdict is the sentence a run is remembered by.
func (r Run) Verdict() string {
	return fmt.Sprintf("%d of %d specs pass", r.Count(Passed), r.Count(Passed, Failed))
}

// WriteTable writes passed of run for every file, then each spec that failed with the first line
// of its failure, and the verdict as the last line.
func (r Run) WriteTable(w io.Writer) error {
	var text strings.Builder
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "FILE\tPASSED\tRUN\tSKIPPED\tNOT RUN")
	for _, line := range byFile(r.Specs) {
		fmt.Fprintf(columns, "%s\t%d\t%d\t%d\t%d\n", line.File, line.Passed, line.Run, line.Skipped, line.Other)
	}
	if err := columns.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	r.listFailures(&text)
	fmt.Fprintf(&text, "\n%d skipped by themselves, %d not run, in %s\n",
		r.Count(Skipped), r.Count(NotRun), r.Took.Round(time.Second))
	for _, failure := range r.Suite {
		fmt.Fprintln(&text, "suite:", failure)
	}
	fmt.Fprintln(&text, r.Verdict())
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (r Run) listFailures(text *strings.Builder) {
	for _, spec := range r.Specs {
		if spec.Outcome == Failed {
			fmt.Fprintf(text, "\nFAILED %s\n       %s (%s, after %s)\n",
				spec.Name, FirstLine(spec.Message), spec.Where, spec.Took.Round(time.Second))
		}
	}
}
