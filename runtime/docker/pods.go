package docker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// Pods lists every pod of which anything is left: see runtime.Engine.
func (e *Engine) Pods(ctx context.Context) ([]translate.Ref, error) {
	containers, err := e.cli.ContainerList(ctx, container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", translate.LabelUID)),
	})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", e.explain(err))
	}
	volumes, err := e.cli.VolumeList(ctx, volume.ListOptions{
		Filters: filters.NewArgs(filters.Arg("label", translate.LabelVolume)),
	})
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", e.explain(err))
	}
	found := map[types.UID]translate.Ref{}
	for _, c := range containers {
		add(found, c.Labels)
	}
	for _, v := range volumes.Volumes {
		add(found, v.Labels)
	}
	pods := make([]translate.Ref, 0, len(found))
	for _, ref := range found {
		pods = append(pods, ref)
	}
	slices.SortFunc(pods, func(a, b translate.Ref) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	return pods, nil
}

// add takes in the pod that an object with these labels belongs to.
func add(found map[types.UID]translate.Ref, labels map[string]string) {
	if ref, ok := translate.RefFromLabels(labels); ok && ours(labels) {
		found[ref.UID] = ref
	}
}

// ours tells minipod's objects from those of a kubelet on the same engine,
// which carry the same labels but for minipod's own.
func ours(labels map[string]string) bool {
	for _, label := range []string{translate.LabelManifest, translate.LabelAttempt, translate.LabelVolume} {
		if _, ok := labels[label]; ok {
			return true
		}
	}
	return false
}
