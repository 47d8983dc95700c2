package docker

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

var _ loop.Lister = (*Engine)(nil)

// All reads every pod: see loop.Lister. The engine goes through all of its
// containers and volumes for each list, whatever is asked for, so both are
// listed once and not for each pod; volumes first, as in Observe.
func (e *Engine) All(ctx context.Context) ([]plan.World, error) {
	worlds, err := e.all(ctx)
	if err != nil {
		return nil, fmt.Errorf("observe all pods: %w", err)
	}
	return worlds, nil
}

func (e *Engine) all(ctx context.Context) ([]plan.World, error) {
	volumes, err := e.volumes(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := e.containers(ctx, translate.LabelUID)
	if err != nil {
		return nil, err
	}
	found, err := e.inspect(ctx, containers)
	if err != nil {
		return nil, err
	}
	of := byPod(found)
	pods := refs(containers, volumes)
	worlds := make([]plan.World, len(pods))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, pod := range pods {
		group.Go(func() (err error) {
			if worlds[i], err = e.world(ctx, pod.UID, volumesOf(pod.UID, volumes), of[pod.UID], kept{volumes, listed(volumes)}); err != nil {
				return fmt.Errorf("pod %s: %w", pod, err)
			}
			return nil
		})
	}
	return worlds, group.Wait()
}

// byPod sorts containers by the pod they belong to.
func byPod(found []container.InspectResponse) map[types.UID][]container.InspectResponse {
	of := map[types.UID][]container.InspectResponse{}
	for _, c := range found {
		uid := types.UID(c.Config.Labels[translate.LabelUID])
		of[uid] = append(of[uid], c)
	}
	return of
}
