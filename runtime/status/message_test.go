package status

import (
	"strings"
	"testing"
)

// Each container has the same share of what the pod's termination messages may
// have together.
func TestShareOfMessages(t *testing.T) {
	long := strings.Repeat("x", 4096)
	for n, want := range map[int]int{1: 4096, 3: 4096, 4: 3072, 12: 1024} {
		names := strings.Fields("app b c d e f g h i j k l")[:n]
		ended, before := ends(attempt("app", 1), 4, 5, 1), ends(attempt("app", 0), 2, 3, 1)
		ended.Message, before.Message = long, long
		got := Status(up(never(manifest(names...)), before, ended), at(100)).ContainerStatuses[0]
		if now, last := len(got.State.Terminated.Message), len(got.LastTerminationState.Terminated.Message); now != want || last != want {
			t.Errorf("of %d containers one has %d bytes, and had %d; want %d", n, now, last, want)
		}
	}
}
