package docker

import (
	"testing"

	v1 "k8s.io/api/core/v1"
)

// BenchmarkNew is what a command pays that never talks to the engine.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkObserve is one look at a pod of three containers.
func BenchmarkObserve(b *testing.B) {
	var spec v1.PodSpec
	for _, name := range []string{"one", "two", "three"} {
		c := shell("sleep 3600")
		c.Name = name
		spec.Containers = append(spec.Containers, c)
	}
	e, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	p := startPod(b, e, spec)
	for b.Loop() {
		p.world()
	}
}
