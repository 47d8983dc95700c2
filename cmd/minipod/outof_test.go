package main

import (
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/engine"
)

// What a pod asks for that no node of the machine's size has is said.
func TestOutOf(t *testing.T) {
	info := engine.Info{CPUs: 2, Memory: 4 << 30}
	for _, c := range []struct{ cpu, memory, want string }{
		{"2", "4Gi", ""},
		{"2500m", "1Gi", "its requests are 2500m of cpu, and the engine's machine has 2: a node of that size would reject it (OutOfcpu); here it runs"},
		{"1", "5Gi", "its requests are 5Gi of memory, and the engine's machine has 4Gi: a node of that size would reject it (OutOfmemory); here it runs"},
	} {
		asked := v1.ResourceList{v1.ResourceCPU: resource.MustParse(c.cpu), v1.ResourceMemory: resource.MustParse(c.memory)}
		if got := strings.Join(outOf(asked, info), "\n"); got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.cpu, c.memory, got, c.want)
		}
	}
}
