package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/minipod/minipod/runtime/access"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// inputs are what the containers that may be made next and the volumes ask
// for, and nothing else: most pods ask for nothing.
func (e *Engine) inputs(ctx context.Context, w plan.World, kept kept) (translate.Inputs, error) {
	in, err := e.needed(ctx, w, w.Needs(), kept)
	if w.Pause != nil && w.Pause.State == plan.Running {
		in.PodIPs = append([]string{}, w.Pause.IPs...)
	}
	return in, err
}

// needed are the machine, the files and the objects that are asked for.
func (e *Engine) needed(ctx context.Context, w plan.World, needs translate.Needs, kept kept) (translate.Inputs, error) {
	var in translate.Inputs
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
	if needs.Disk {
		if err := e.addDisk(ctx, w.Pause, &in); err != nil {
			return in, err
		}
	}
	if needs.Services {
		in.Services = object.ServicesOf(w.Want.Pod.Namespace, objectsOf(kept.common))
	}
	if needs.API {
		in.API = apiOf(kept.common)
	}
	var err error
	if in.Files, err = e.files(ctx, w, needs.Files); err != nil {
		return in, err
	}
	needs.Secrets = slices.Concat(needs.Secrets, needs.PullSecrets)
	if len(needs.ConfigMaps)+len(needs.Secrets)+len(needs.Claims) == 0 {
		return in, nil
	}
	namespace := w.Want.Pod.Namespace
	volumes, err := kept.list(ctx, namespace)
	object.Fill(&in, namespace, needs, objectsOf(volumes))
	return in, err
}

// maxEnvFile is how much is read of a file with variables.
const maxEnvFile = 1 << 20

// files are the files of volumes that variables come from, through the pause.
// What is no plain file is as good as none.
func (e *Engine) files(ctx context.Context, w plan.World, wanted []translate.EnvFile) (map[translate.EnvFile][]byte, error) {
	found := map[translate.EnvFile][]byte{}
	if w.Pause == nil {
		return found, nil
	}
	for _, f := range wanted {
		archive, _, err := e.cli.CopyFromContainer(ctx, w.Pause.ID, f.Inside())
		if cerrdefs.IsNotFound(err) || errors.Is(e.explain(err), plan.ErrStale) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of volume %s: %w", f.Path, f.Volume, e.explain(err))
		}
		data, err := firstFile(archive)
		if err = errors.Join(err, archive.Close()); err != nil {
			return nil, fmt.Errorf("read %s of volume %s: %w", f.Path, f.Volume, err)
		}
		if data != nil {
			found[f] = data
		}
	}
	return found, nil
}

// firstFile is the plain file that an archive begins with; nil for anything
// else.
func firstFile(archive io.Reader) ([]byte, error) {
	r := tar.NewReader(archive)
	h, err := r.Next()
	if err != nil || h.Typeflag != tar.TypeReg {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxEnvFile))
}

// kept are the objects beside a pod: the services and the API, which are
// listed with its own volumes as most pods are told of them, and how to list
// others.
type kept struct {
	common []*volume.Volume
	list   lister
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
		if r, ok := object.Decode(Record{Labels: v.Labels}); ok {
			records = append(records, r)
		}
	}
	return records
}

// API is how pods reach the API; nil where nobody has served it to pods yet.
func (e *Engine) API(ctx context.Context) (*access.API, error) {
	volumes, err := e.volumes(ctx, filters.Arg("name", object.APIVolumes))
	return apiOf(volumes), err
}

func apiOf(volumes []*volume.Volume) *access.API {
	var labels []map[string]string
	for _, v := range volumes {
		labels = append(labels, v.Labels)
	}
	api, revision := object.NewestAPI(labels)
	if revision == 0 {
		return nil
	}
	return &api
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
