package main

import (
	"strings"
	"testing"
	"time"
)

func timesOf(api, minipod, docker, many, xargs time.Duration) times {
	return times{wayAPI: {api}, wayMinipod: {minipod}, wayVolumes: {minipod}, wayDocker: {docker}, wayMany: {many}, wayXargs: {xargs}, cmdVersion: {time.Millisecond}}
}

// A busy machine makes everything slow: the run in which the bare calls took
// least is judged, not the one with the best ratio.
func TestQuietestIsJudged(t *testing.T) {
	busy := run{times: timesOf(200, 100, 300, 10, 10)}
	quiet := run{times: timesOf(100, 99, 110, 11, 10)}
	if got := quietest([]run{busy, quiet, busy}); got != 1 {
		t.Errorf("run %d is judged, want that of index 1", got)
	}
}

func TestVerdicts(t *testing.T) {
	for _, test := range []struct {
		name   string
		times  times
		missed int
	}{
		{"all reached", timesOf(100, 95, 116, 110, 100), 0},
		{"slower than the calls allow", timesOf(100, 96, 118, 110, 100), 1},
		{"slower than docker commands allow", timesOf(100, 95, 115, 110, 100), 1},
		{"twenty pods", timesOf(100, 95, 116, 111, 100), 1},
	} {
		var out strings.Builder
		if missed := verdicts(&out, test.times); missed != test.missed || strings.Count(out.String(), "MISSED") != missed {
			t.Errorf("%s: %d missed, want %d:\n%s", test.name, missed, test.missed, &out)
		}
	}
}
