package docker

import (
	"context"
	"sync"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// inputs are what the containers that may be made next and the volumes ask
// for, and nothing else: most pods ask for nothing.
func (e *Engine) inputs(ctx context.Context, w plan.World, list lister) (translate.Inputs, error) {
	var in translate.Inputs
	if w.Pause != nil && w.Pause.State == plan.Running {
		in.PodIPs = append([]string{}, w.Pause.IPs...)
	}
	needs := w.Needs()
	if needs.Machine {
		info, err := e.machine.ask(ctx, e)
		if err != nil {
			return in, err
		}
		in.Node, in.HostIPs = info.Hostname, info.Addresses
		in.Allocatable = v1.ResourceList{
			v1.ResourceCPU:    *resource.NewQuantity(int64(info.CPUs), resource.DecimalSI),
			v1.ResourceMemory: *resource.NewQuantity(info.Memory, resource.BinarySI),
		}
	}
	if len(needs.ConfigMaps)+len(needs.Secrets) == 0 {
		return in, nil
	}
	namespace := w.Want.Pod.Namespace
	volumes, err := list(ctx, namespace)
	object.Fill(&in, namespace, needs, objectsOf(volumes))
	return in, err
}

// lister lists volumes, those of the objects of a namespace among them.
type lister func(ctx context.Context, namespace string) ([]*volume.Volume, error)

// ofNamespace asks the engine.
func (e *Engine) ofNamespace(ctx context.Context, namespace string) ([]*volume.Volume, error) {
	return e.volumes(ctx, filters.Arg("label", translate.LabelObjectNamespace+"="+namespace))
}

// listed has been listed.
func listed(volumes []*volume.Volume) lister {
	return func(context.Context, string) ([]*volume.Volume, error) { return volumes, nil }
}

func objectsOf(volumes []*volume.Volume) []object.Record {
	var records []object.Record
	for _, v := range volumes {
		if r, ok := object.Decode(v.Labels); ok {
			records = append(records, r)
		}
	}
	return records
}

// machine keeps the facts about the engine's machine that containers are
// told: they stay for as long as the engine runs.
type machine struct {
	mu    sync.Mutex
	facts *Info
}

func (m *machine) ask(ctx context.Context, e *Engine) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.facts != nil {
		return *m.facts, nil
	}
	info, err := e.Info(ctx)
	if err != nil {
		return info, err
	}
	m.facts = &info
	return info, nil
}
