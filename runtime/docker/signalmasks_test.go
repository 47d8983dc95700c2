package docker

import (
	"errors"
	"testing"

	"github.com/minipod/minipod/runtime/plan"
)

// The engine's ps tells what a first process does about SIGTERM.
func TestSignals(t *testing.T) {
	const term = 1 << 14
	e := live(t)
	for script, want := range map[string]uint64{"trap : TERM; : >/ready; sleep 3600 & wait": term, ": >/ready; exec sleep 3600": 0} {
		p := startPod(t, e, onlyShell(script))
		p.until("test -f /ready")
		if got, err := e.Signals(t.Context(), p.name()); err != nil || got.Caught&term != want || got.Blocked&term != 0 {
			t.Errorf("%s: signals %+v, %v, want SIGTERM caught: %t", script, got, err, want != 0)
		}
	}
	if _, err := e.Signals(t.Context(), "no-such-container"); !errors.Is(err, plan.ErrStale) {
		t.Errorf("signals of no container: %v, want %v", err, plan.ErrStale)
	}
}
