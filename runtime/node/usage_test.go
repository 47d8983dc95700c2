package node

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/minipod/minipod/runtime/apiserver"
)

// What is gone by the time it is measured is left out.
func TestFilled(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	of := func(names ...string) (list []apiserver.ContainerUsage) {
		for _, name := range names {
			list = append(list, apiserver.ContainerUsage{Name: name})
		}
		return list
	}
	usage := []apiserver.PodUsage{{UID: "1", Containers: of("a", "b")}, {UID: "2", Containers: of("c")}, {UID: "3", Containers: of("d")}}
	rates := []rate{{at: at, cpu: 1, memory: 2}, {}, {}, {at: at, window: time.Second, cpu: 3, memory: 4}}
	want := []apiserver.PodUsage{
		{UID: "1", Time: at, Containers: []apiserver.ContainerUsage{{Name: "a", CPU: 1, Memory: 2}}},
		{UID: "3", Time: at, Window: time.Second, Containers: []apiserver.ContainerUsage{{Name: "d", CPU: 3, Memory: 4}}},
	}
	if diff := cmp.Diff(want, filled(usage, rates)); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}
