// Package describe words a pod as `kubectl describe pod` does, in its order and
// under its headings (pkg/describe in k8s.io/kubectl), and what to look at next
// where something is wrong.
//
// It holds values and functions only: no context, clock, goroutine or I/O;
// time comes in as now.
package describe

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// page is a text of headings and values in columns.
type page struct {
	text    strings.Builder
	columns *tabwriter.Writer
	now     time.Time
}

func newPage(now time.Time) *page {
	p := &page{now: now}
	p.columns = tabwriter.NewWriter(&p.text, 0, 8, 2, ' ', 0)
	return p
}

// The depths of lines.
const (
	top = iota
	inner
	deep
	deepest
)

// line writes one line; a tab in format begins the next column. Line ends in
// values are spaces, and none at its end: a value has one line.
func (p *page) line(depth int, format string, values ...any) {
	for i, v := range values {
		if text, ok := v.(string); ok {
			values[i] = strings.NewReplacer("\n", " ", "\t", " ").Replace(strings.TrimRight(text, "\n"))
		}
	}
	fmt.Fprintf(p.columns, strings.Repeat("  ", depth)+format+"\n", values...)
}

// list writes values under each other, the first beside the heading.
func (p *page) list(heading string, values []string) { p.listAt(top, heading, values) }

// listAt is list deeper down.
func (p *page) listAt(depth int, heading string, values []string) {
	if len(values) == 0 {
		values = []string{none}
	}
	for i, v := range values {
		if i > 0 {
			heading = ""
		}
		p.line(depth, heading+"\t%s", v)
	}
}

func (p *page) String() string {
	p.columns.Flush()
	return p.text.String()
}

// none is what a heading shows that has nothing to show.
const none = "<none>"

func date(t metav1.Time) string { return t.Format(time.RFC1123Z) }

// yes is a bool as kubectl writes those of a status.
func yes(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
