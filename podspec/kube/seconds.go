package kube

import (
	"math"
	"time"
)

// Seconds is a number of seconds that a manifest or a request says, as a duration of
// at most 68 years: a time.Duration holds 292, so that two may be added, and Docker
// and the calls on its API take no more than 32 bits.
func Seconds(n int64) time.Duration {
	return time.Duration(max(math.MinInt32, min(n, math.MaxInt32))) * time.Second
}
