package docker

import (
	"testing"

	"github.com/minipod/minipod/runtime/enginetest"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/translate"
)

// live is the engine of a test that looks at nothing but its own pods: such
// tests run side by side.
func live(t *testing.T) *Engine {
	t.Helper()
	t.Parallel()
	return alone(t)
}

// alone is the engine that the environment names, for a test that others would
// disturb. A test that needs an engine fails where there is none.
func alone(t *testing.T) *Engine {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an engine")
	}
	e, err := New(Options{Messages: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.cli.Ping(t.Context()); err != nil {
		t.Fatalf("no engine to test on (hack/engine brings one up): %v", e.explain(err))
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestEngineKeepsTheContract(t *testing.T) {
	enginetest.Contract(t, alone(t)) // whose clauses run side by side
}

func TestDefaultPauseIsTheEmbeddedOne(t *testing.T) {
	if translate.DefaultPauseImage != pause.Reference {
		t.Errorf("translate makes pods with pause image %s, the embedded one is %s", translate.DefaultPauseImage, pause.Reference)
	}
}
