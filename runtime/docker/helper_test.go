package docker

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// TestForsaken tells helpers that someone who was killed has left from those that are in use.
func TestForsaken(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	own := map[string]string{translate.LabelHelper: "files"}
	ofPod := translate.HelperOf(&v1.Pod{}, "image", translate.Volume{Docker: "v"})
	for name, tc := range map[string]struct {
		state  container.ContainerState
		labels map[string]string
		age    time.Duration
		want   bool
	}{
		"made just now":      {container.StateCreated, own, time.Second, false},
		"never started":      {container.StateCreated, own, time.Hour, true},
		"ended and stayed":   {container.StateExited, own, time.Hour, true},
		"at work for long":   {container.StateRunning, own, time.Hour, false},
		"copies for its pod": {container.StateCreated, ofPod, time.Hour, false},
	} {
		c := container.Summary{State: tc.state, Labels: tc.labels, Created: now.Add(-tc.age).Unix()}
		if got := forsaken(c, now); got != tc.want {
			t.Errorf("%s: want %v, got %v", name, tc.want, got)
		}
	}
}
