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

func targets() []target {
	return []target{
		{wayMinipod, wayAPI, 0.95},
		{wayMinipod, wayDocker, 0.82},
		{wayMany, wayXargs, 1.1},
		{wayVolumes, wayMinipod, 1.25},
		{cmdVersion, "", 0.020},
	}
}

// run is what was measured in one go, and how busy the machine was then.
type run struct {
	times times
	load  string
}

// floor is what the bare calls took: what else the machine does is in it.
func (r run) floor() float64 { return spreadOf(seconds(r.times[wayAPI])).median }

// quietest is the run that is judged.
func quietest(runs []run) int {
	least := 0
	for i, r := range runs {
		if r.floor() < runs[least].floor() {
			least = i
		}
	}
	return least
}

// report prints what was measured, and whether it is what it is to be.
func (b *bench) report(ctx context.Context, out io.Writer, runs []run, o options) error {
	engine, err := b.cli.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for the engine's version: %w", err)
	}
	fmt.Fprintf(out, "A pod of a pause and three containers, %d rounds in each of %d runs; Docker Engine %s, %d CPUs.\n\n",
		o.rounds, len(runs), engine.Version, goruntime.NumCPU())
	judged := quietest(runs)
	for i, r := range runs {
		verdict := ""
		if i == judged {
			verdict = ": the quietest, which is judged"
		}
		fmt.Fprintf(out, "run %d: the bare calls took %.1f ms%s%s\n", i+1, r.floor()*1e3, r.load, verdict)
	}
	fmt.Fprintln(out)
	table(out, runs[judged].times)
	missed := verdicts(out, runs[judged].times)
	if o.judge && missed > 0 {
		return fmt.Errorf("%d of %d targets missed", missed, len(targets()))
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
	for _, name := range []string{wayVolumes, wayXargs, wayMany, cmdVersion, cmdPs, cmdRm} {
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
	for _, goal := range targets() {
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
