package docker

import (
	"context"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/network"
)

// Networks are the names of the engine's networks, in order.
func (e *Engine) Networks(ctx context.Context) ([]string, error) {
	found, err := e.cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the networks: %w", e.explain(err))
	}
	var names []string
	for _, n := range found {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	return names, nil
}
