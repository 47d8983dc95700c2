// Package heap is how much garbage is let be. It imports next to nothing, so
// that it is initialized before the packages whose initialization fills the
// heap.
package heap

import "runtime/debug"

// How much the heap may grow before garbage is collected, in percent of what is
// in use: a command that is soon done need not collect any, and one that stays
// is to be small.
const (
	briefly = 400
	forLong = 100
)

var _ = debug.SetGCPercent(briefly)

// Stay tells that the program is to run for long.
func Stay() { debug.SetGCPercent(forLong) }
