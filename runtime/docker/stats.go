package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/minipod/minipod/runtime/engine"
)

// Stats is engine.Stats.
type Stats = engine.Stats

// Stats samples a container, at once: Docker's own rates take it two seconds.
// A container that does not run has used nothing.
func (e *Engine) Stats(ctx context.Context, name string) (Stats, error) {
	answer, err := e.cli.ContainerStatsOneShot(ctx, name)
	if err != nil {
		return Stats{}, fmt.Errorf("stats of %s: %w", name, e.explain(err))
	}
	defer answer.Body.Close()
	var found container.StatsResponse
	err = json.NewDecoder(answer.Body).Decode(&found)
	if errors.Is(err, io.EOF) {
		return Stats{}, nil // it ended meanwhile: the engine has nothing to say
	}
	if err != nil {
		return Stats{}, fmt.Errorf("stats of %s: %w", name, e.explain(err))
	}
	stats := Stats{
		At:     found.Read,
		CPU:    time.Duration(found.CPUStats.CPUUsage.TotalUsage),
		Memory: workingSet(found.MemoryStats),
		Usage:  found.MemoryStats.Usage,
		Limit:  found.MemoryStats.Limit,
	}
	for _, n := range found.Networks {
		stats.Received += n.RxBytes
		stats.Sent += n.TxBytes
	}
	return stats, nil
}

// workingSet leaves out the page cache that was not used for a while, as the
// kubelet does: total_inactive_file under cgroup 1, inactive_file under 2.
func workingSet(m container.MemoryStats) uint64 {
	inactive, ok := m.Stats["total_inactive_file"]
	if !ok {
		inactive = m.Stats["inactive_file"]
	}
	if inactive > m.Usage {
		return 0
	}
	return m.Usage - inactive
}
