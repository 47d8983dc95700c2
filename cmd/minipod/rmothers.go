package main

import (
	"context"
	"slices"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// sayOthers says which pods are left that a workload of the manifests has probably
// made when it had more replicas. They may also be somebody else's: who knows that
// removes them.
func sayOthers(ctx context.Context, io streams, e connection, meant manifest.Names) error {
	if len(meant.Workloads) == 0 {
		return nil
	}
	worlds, err := e.runner.List(ctx)
	for _, w := range meant.Workloads {
		if left := othersOf(w, worlds, meant.Pods); len(left) > 0 {
			names := translate.Ref{Namespace: w.Ref.Namespace, Name: strings.Join(left, " ")}
			tell.NewConsole(io.err).Say("more replicas than this %s %s has are left; %s removes them", w.Kind, w.Ref.Name, tell.Command("rm", names))
		}
	}
	return err
}

// othersOf are the names of the pods that a workload has probably made, without those
// that are meant.
func othersOf(w manifest.Workload, worlds []plan.World, meant []translate.Ref) []string {
	var names []string
	for _, world := range worlds {
		if world.Want != nil && !world.Leaving() && w.Made(world.Want.Pod) && !slices.Contains(meant, world.Ref()) {
			names = append(names, world.Name)
		}
	}
	return names
}
