package podspec

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxProblems is how many problems of one file are worth telling; the rest is only said to exist.
const maxProblems = 100

// Problem is one thing wrong in a manifest and where. Line and Column count from 1 (columns in characters);
// 0 means unknown. Field is a path such as spec.containers[0].image, or empty.
type Problem struct {
	File         string
	Line, Column int
	Field        string
	Message      string
	Value        string // what Kubernetes refuses, where that is a text
}

// String is "file:line:col: field.path: message" without the parts that are unknown, and without control characters:
// all of them may hold what a stranger wrote. A message may have several lines.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(printable(p.File))
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	for _, part := range []string{printable(p.Field), printableLines(p.Message)} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// printable writes characters that cannot be seen, or do something to a terminal, as Go does in quotes.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Problems is everything wrong in a manifest. It is an error that a caller finds with errors.As.
type Problems []Problem

// Error has one problem a line, in the order of the file.
func (ps Problems) Error() string { return strings.Join(ps.Lines(), "\n") }

// Lines are the problems by position, each once.
func (ps Problems) Lines() []string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps.tidy() {
		lines = append(lines, p.String())
	}
	return lines
}

// tidy is a copy sorted by position, each problem once.
func (ps Problems) tidy() Problems {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(
			strings.Compare(a.File, b.File), cmp.Compare(a.sortLine(), b.sortLine()), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Field, b.Field), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(sorted)
}

// sortLine puts what has no line last.
func (p Problem) sortLine() int {
	if p.Line == 0 {
		return math.MaxInt
	}
	return p.Line
}

// reporter collects the problems of one file, and stops collecting where nobody would read on.
type reporter struct {
	file     string
	problems Problems
}

// result is the problems found.
func (r *reporter) result() Problems {
	if r.full() {
		return append(r.problems, Problem{File: r.file, Message: "there may be more: mend these first"}).tidy()
	}
	return r.problems.tidy()
}

func (r *reporter) full() bool { return len(r.problems) >= maxProblems }

func (r *reporter) report(line, col int, field, format string, args ...any) {
	if r.full() {
		return
	}
	r.problems = append(r.problems, Problem{
		File: r.file, Line: line, Column: col, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

// refused notes the value of the field that was reported last.
func (r *reporter) refused(field string, value any) {
	if text, ok := value.(string); ok && len(r.problems) > 0 && r.problems[len(r.problems)-1].Field == field {
		r.problems[len(r.problems)-1].Value = text
	}
}

// EmptyError says that there is nothing in a file.
type EmptyError struct{ Problems }

func (e *EmptyError) Unwrap() error { return e.Problems }
