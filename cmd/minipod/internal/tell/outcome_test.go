package tell

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// That a pod is up fits 80 columns, however many ports it has.
func TestOutcomeFits(t *testing.T) {
	for ports, lines := range map[int]int{0: 1, 1: 1, 2: 2, 12: 4} {
		w := plan.World{Want: translate.New(&v1.Pod{}, translate.Options{}), Pause: &plan.Pause{IPs: []string{"172.17.0.5", "fd00::5"}}}
		for i := range ports {
			w.Pause.Ports = append(w.Pause.Ports, fmt.Sprintf("0.0.0.0:%d->%d/tcp", 8080+i, 8080+i), fmt.Sprintf("[::]:%d->%d/tcp", 8080+i, 8080+i))
		}
		var text bytes.Buffer
		o := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodRunning}}}
		if err := o.Tell(t.Context(), NewConsole(&text)); err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSpace(text.String()), "\n")
		if len(all) != lines || strings.Count(text.String(), "->") != ports {
			t.Errorf("%d ports are told in %d lines, want %d:\n%s", ports, len(all), lines, text.String())
		}
		for _, line := range all {
			if len(line) > columns {
				t.Errorf("%d columns: %s", len(line), line)
			}
		}
	}
}
