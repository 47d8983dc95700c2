package docker

import (
	"context"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/translate"
)

// Pods lists every pod of which anything is left: see runtime.Engine.
func (e *Engine) Pods(ctx context.Context) ([]translate.Ref, error) {
	containers, err := e.containers(ctx, translate.LabelUID)
	if err != nil {
		return nil, err
	}
	volumes, err := e.volumes(ctx, filters.Arg("label", translate.LabelVolume))
	if err != nil {
		return nil, err
	}
	return refs(containers, volumes), nil
}

// refs are the pods that containers and volumes belong to, in their order.
func refs(containers []container.Summary, volumes []*volume.Volume) []translate.Ref {
	found := map[types.UID]translate.Ref{}
	for _, c := range containers {
		add(found, c.Labels)
	}
	for _, v := range volumes {
		if _, ok := v.Labels[translate.LabelVolume]; ok {
			add(found, v.Labels)
		}
	}
	pods := make([]translate.Ref, 0, len(found))
	for _, ref := range found {
		pods = append(pods, ref)
	}
	slices.SortFunc(pods, translate.Ref.Compare)
	return pods
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
	for _, label := range []string{translate.LabelManifest, translate.LabelAttempt, translate.LabelVolume, translate.LabelHelperVolume} {
		if _, ok := labels[label]; ok {
			return true
		}
	}
	return false
}
