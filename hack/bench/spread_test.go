package main

import (
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{4, 1, 3, 2}, spread{1.75, 2.5, 3.25}},
		{[]float64{5, 100, 1, 2, 4}, spread{2, 4, 5}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("spreadOf(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}

// A round in which everything took twice as long changes no ratio.
func TestRatiosAreOfOneRound(t *testing.T) {
	minipod := []time.Duration{90, 180, 90}
	api := []time.Duration{100, 200, 100}
	if got := spreadOf(ratios(minipod, api)); got != (spread{0.9, 0.9, 0.9}) {
		t.Errorf("got %v, want 0.9 throughout", got)
	}
}
