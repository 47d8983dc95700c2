package main

import (
	"context"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// target is what is to be reached: the times of a thing, over those of
// another in the same round where one is named.
type target struct {
	what, over string
	most       float64 // a ratio, or seconds
}

var targets = [...]target{
	{wayMinipod, wayAPI, 1.05},
	{wayMinipod, wayDocker, 0.9},
	{cmdVersion, "", 0.020},
}

// report prints what was measured, and whether it is what it is to be.
func report(ctx context.Context, out io.Writer, b *bench, o options) error {
	engine, err := b.cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's version: %w", err)
	}
	fmt.Fprintf(out, "A pod of a pause and three containers, %d rounds; Docker Engine %s, %d CPUs%s.\n\n",
		o.rounds, engine.Version, goruntime.NumCPU(), load())
	table(out, b.times)
	missed := verdicts(out, b.times)
	if o.check && missed > 0 {
		return fmt.Errorf("%d of %d targets missed", missed, len(targets))
	}
	return nil
}

// load is how busy the machine is, where that can be known.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return ", load " + strings.Join(strings.Fields(string(text))[:3], " ")
}

func table(out io.Writer, t times) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\tmedian\tmiddle half\tover the API calls")
	for _, name := range []string{wayAPI, wayAhead, wayMinipod, wayDocker} {
		ratio := spreadOf(ratios(t[name], t[wayAPI]))
		fmt.Fprintf(w, "%s\t%s\t%.2f\n", name, milliseconds(t[name]), ratio.median)
	}
	for _, name := range []string{cmdVersion, cmdPs, cmdRm} {
		fmt.Fprintf(w, "%s\t%s\t\n", name, milliseconds(t[name]))
	}
	fmt.Fprintln(w)
}

// milliseconds are the cells of a table: median and quartiles.
func milliseconds(d []time.Duration) string {
	s := spreadOf(seconds(d))
	return fmt.Sprintf("%.1f ms\t%.1f to %.1f", s.median*1e3, s.low*1e3, s.high*1e3)
}

// verdicts prints which targets are reached and counts those that are not.
func verdicts(out io.Writer, t times) (missed int) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	defer w.Flush()
	for _, goal := range targets {
		name, values, most := goal.what, seconds(t[goal.what]), fmt.Sprintf("%g ms", goal.most*1e3)
		if goal.over != "" {
			name, values, most = name+" / "+goal.over, ratios(t[goal.what], t[goal.over]), fmt.Sprint(goal.most)
		}
		word, s := "reached", spreadOf(values)
		if s.median > goal.most {
			word = "MISSED"
			missed++
		}
		fmt.Fprintf(w, "%s\t%.3f\t(%.3f to %.3f)\tat most %s\t%s\n", name, s.median, s.low, s.high, most, word)
	}
	return missed
}
