package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Lines is a number of lines.
type Lines struct{ to **int64 }

// NewLines is all lines until it is set: nil.
func NewLines(to **int64) *Lines { return &Lines{to} }

// Set takes a number; -1 and all are all.
func (l *Lines) Set(text string) error {
	if text == "-1" || text == "all" {
		*l.to = nil
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return want("a number of lines, or -1 for all")
	}
	*l.to = &n
	return nil
}

func (l *Lines) String() string {
	if l.to == nil || *l.to == nil {
		return ""
	}
	return fmt.Sprint(**l.to)
}

// Type is the word for the value in help.
func (l *Lines) Type() string { return "lines" }

// Bytes is a number of bytes.
type Bytes struct{ to *int64 }

// NewBytes is no number until it is set: 0.
func NewBytes(to *int64) *Bytes { return &Bytes{to} }

// Set takes a number, with k, M or G for thousands and Ki, Mi or Gi for 1024s.
func (b *Bytes) Set(text string) error {
	number, factor := text, int64(1)
	for _, unit := range units() {
		if rest, ok := strings.CutSuffix(text, unit.suffix); ok {
			number, factor = rest, unit.factor
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/factor {
		return want("a number of bytes, such as 500 or 10k")
	}
	*b.to = n * factor
	return nil
}

type unit struct {
	suffix string
	factor int64
}

// units are those of bytes, so that none is the end of one before it.
func units() []unit {
	return []unit{{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}}
}

func (b *Bytes) String() string {
	if b.to == nil || *b.to == 0 {
		return ""
	}
	return fmt.Sprint(*b.to)
}

// Type is the word for the value in help.
func (b *Bytes) Type() string { return "bytes" }

// Ago is a duration that is over, or the time that it began at.
type Ago struct {
	text string
	to   *time.Time
	now  func() time.Time
}

// NewAgo is the beginning of time until it is set.
func NewAgo(to *time.Time, now func() time.Time) *Ago { return &Ago{to: to, now: now} }

// Set takes a duration as kubectl does, or a time as docker does.
func (a *Ago) Set(text string) error {
	d, err := time.ParseDuration(text)
	switch {
	case err == nil && d >= 0:
		*a.to = a.now().Add(-d)
	case err != nil && setTime(a.to, text):
	default:
		return want("a duration that is over, such as 5s, 2m or 3h")
	}
	a.text = text
	return nil
}

func (a *Ago) String() string { return a.text }

// Type is the word for the value in help.
func (a *Ago) Type() string { return "duration" }

// Time is a moment.
type Time struct {
	text string
	to   *time.Time
}

// NewTime is the beginning of time until it is set.
func NewTime(to *time.Time) *Time { return &Time{to: to} }

// Set takes the time as Kubernetes writes it.
func (t *Time) Set(text string) error {
	if !setTime(t.to, text) {
		return want("a time such as 2026-01-02T15:04:05Z")
	}
	t.text = text
	return nil
}

func (t *Time) String() string { return t.text }

// Type is the word for the value in help.
func (t *Time) Type() string { return "time" }

func setTime(to *time.Time, text string) bool {
	at, err := time.Parse(time.RFC3339, text)
	if err == nil {
		*to = at
	}
	return err == nil
}
