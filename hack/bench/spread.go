package main

import (
	"slices"
	"time"
)

// spread is the median of some values and their quartiles: half of the values
// are from low to high.
type spread struct{ low, median, high float64 }

// spreadOf wants at least one value.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	return spread{quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)}
}

// quantile interpolates between the two values that are nearest.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// ratios are those of the times of one round.
func ratios(a, b []time.Duration) []float64 {
	values := make([]float64, len(a))
	for i := range a {
		values[i] = float64(a[i]) / float64(b[i])
	}
	return values
}

func seconds(d []time.Duration) []float64 {
	values := make([]float64, len(d))
	for i := range d {
		values[i] = d[i].Seconds()
	}
	return values
}
