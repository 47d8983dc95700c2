package tell

import (
	"bytes"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// What another process has started is told of, also where it has ended since.
func TestRest(t *testing.T) {
	var text bytes.Buffer
	pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Name: "a", Image: "busybox"}, {Name: "b", Image: "busybox"}}}}
	pod.Namespace, pod.Name = "default", "web"
	b := translate.New(pod, translate.Options{})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w := plan.World{Want: b, Pause: &plan.Pause{State: plan.Exited, StartedAt: at}, Containers: []plan.Container{
		{Name: "web_a", Unit: "a", State: plan.Exited, StartedAt: at, FinishedAt: at},
		{Name: "web_b", Unit: "b", State: plan.Created},
	}}
	n := NewNarrator(NewConsole(&text), b, Brief)
	n.Rest(w)
	n.Rest(w)
	n.Close()
	want := "pause web_POD: owns the network and IPC namespaces\ncontainer web_a: joined them, runs busybox\n"
	if got := text.String(); strings.ReplaceAll(got, ", IPC and PID", " and IPC") != want {
		t.Errorf("told %q, want %q", got, want)
	}
}
