package docker

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// parallel bounds the requests that one call has under way.
const parallel = 8

// Observe reads one pod: see runtime.Engine.
//
// Volumes are read before containers: a pause that is made in between is
// seen, so its volumes never look as if they belonged to nobody.
func (e *Engine) Observe(ctx context.Context, uid types.UID) (plan.World, error) {
	volumes, err := e.volumes(ctx, filters.Arg("name", suffix(uid)), filters.Arg("name", object.ServiceVolumes), filters.Arg("name", object.APIVolumes))
	if err != nil {
		return plan.World{}, err
	}
	containers, err := e.containers(ctx, translate.LabelUID+"="+string(uid))
	if err != nil {
		return plan.World{}, err
	}
	found, err := e.inspect(ctx, containers)
	if err != nil {
		return plan.World{}, err
	}
	w, err := e.world(ctx, uid, volumesOf(uid, volumes), found, kept{volumes, e.ofNamespace})
	if err != nil {
		return plan.World{}, err
	}
	if since := w.SignalsSince(); !since.IsZero() {
		e.readSignals(ctx, &w, since)
	}
	return w, nil
}

// world puts together what was found of a pod.
func (e *Engine) world(ctx context.Context, uid types.UID, volumes []*volume.Volume, found []container.InspectResponse, objects kept) (plan.World, error) {
	w := plan.World{UID: uid}
	for _, v := range volumes {
		made, _ := time.Parse(time.RFC3339, v.CreatedAt) // zero where it does not say
		if n := translate.RevisionOf(v.Labels); n > 0 {
			w.Revisions = append(w.Revisions, plan.Revision{Name: v.Name, Number: n, Made: made, Others: !e.wrote(uid, n)})
		} else if n, _ := translate.FactsOf(v.Labels); n > 0 {
			w.Notes = append(w.Notes, plan.Revision{Name: v.Name, Number: n, Made: made})
		} else {
			w.Volumes = append(w.Volumes, v.Name)
		}
		name(&w, v.Labels)
	}
	byNumber := func(a, b plan.Revision) int { return cmp.Compare(a.Number, b.Number) }
	slices.SortFunc(w.Revisions, byNumber)
	slices.SortFunc(w.Notes, byNumber)
	var carrier *container.InspectResponse
	for i, c := range found {
		volume, helper := c.Config.Labels[translate.LabelHelperVolume]
		switch {
		case helper:
			w.Helpers = append(w.Helpers, plan.Helper{ID: c.ID, Volume: volume})
		case c.Config.Labels[translate.LabelType] == translate.TypeSandbox:
			carrier, w.Pause = &found[i], pauseOf(c)
			e.places.Store(c.ID, placesOf(c))
		default:
			attempt := containerOf(c)
			attempt.OOMAt = e.oomAt(c.ID)
			w.Containers = append(w.Containers, attempt)
		}
		name(&w, c.Config.Labels)
	}
	plan.SortContainers(w.Containers)
	e.want(&w, carrier, volumes)
	facts := noted(volumes)
	if w.Facts.Lost = facts.Lost; w.TakesNotes() {
		w.Facts = facts
	}
	var err error
	if err = e.readTerminationMessages(ctx, &w); err != nil {
		return w, err
	}
	if w.Contents, err = e.contents(ctx, w); err != nil {
		return w, err
	}
	if w.Inputs, err = e.inputs(ctx, w, objects); err != nil {
		return w, err
	}
	if w.Images, err = e.images(ctx, w); err != nil {
		return w, err
	}
	w = w.Recall(w.Facts.Lost, time.Time{})
	return w, e.used(ctx, &w)
}

// name takes the pod's name from the labels of something that is its own.
func name(w *plan.World, labels map[string]string) {
	if ref, ok := translate.RefFromLabels(labels); ok {
		w.Namespace, w.Name = ref.Namespace, ref.Name
	}
}

// want reads the newest manifest. Without a pause one is of account only
// where it says that the pod is being removed. One that cannot be read is no
// failure to look: everything else of the pod is known.
func (e *Engine) want(w *plan.World, carrier *container.InspectResponse, volumes []*volume.Volume) {
	labels, id := map[string]string{}, ""
	if carrier != nil {
		labels, id = carrier.Config.Labels, carrier.ID
	}
	manifest := newest(labels, volumes)
	w.Revision = translate.RevisionOf(manifest)
	if carrier == nil && w.Revision == 0 {
		e.wants.forget(w.UID)
		e.asked.Delete(w.UID)
		return
	}
	want, err := e.wants.of(w.UID, id, labels, manifest)
	switch {
	case err != nil:
		w.Invalid = err.Error()
		w.Revision = max(w.Revision, 1)
	case carrier != nil || want.Pod.DeletionTimestamp != nil:
		w.Want = want
	}
}

// suffix ends the names of a pod's volumes. They are found by it: Podman
// drops the labels of volumes that were made by a container's mounts.
func suffix(uid types.UID) string { return translate.VolumeSuffix(uid) }

func (e *Engine) volumes(ctx context.Context, which ...filters.KeyValuePair) ([]*volume.Volume, error) {
	list, err := e.cli.VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs(which...)})
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", e.explain(err))
	}
	return present(list.Volumes), nil
}

// present leaves out what an engine lists without saying anything of it.
func present(volumes []*volume.Volume) []*volume.Volume {
	return slices.DeleteFunc(volumes, func(v *volume.Volume) bool { return v == nil })
}

// volumesOf are the volumes of one pod, by name. The engine's filter takes
// any name that holds the text. It lists a volume that is being made before
// it knows its labels: such a revision or note is not written yet.
func volumesOf(uid types.UID, volumes []*volume.Volume) []*volume.Volume {
	var own []*volume.Volume
	for _, v := range volumes {
		if strings.HasSuffix(v.Name, suffix(uid)) && !translate.Unwritten(v.Name, v.Labels) {
			own = append(own, v)
		}
	}
	slices.SortFunc(own, func(a, b *volume.Volume) int { return cmp.Compare(a.Name, b.Name) })
	return own
}

// newest are the labels that carry the pod's newest manifest: the pause's own
// or those of a later revision.
func newest(labels map[string]string, volumes []*volume.Volume) map[string]string {
	for _, v := range volumes {
		if translate.RevisionOf(v.Labels) > translate.RevisionOf(labels) {
			labels = v.Labels
		}
	}
	return labels
}

// containers are those of pods with a label, running or not. Those of a kubelet
// on the same engine have it too, and are none of minipod's business.
func (e *Engine) containers(ctx context.Context, label string) ([]container.Summary, error) {
	list, err := e.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", label))})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", e.explain(err))
	}
	return slices.DeleteFunc(list, func(c container.Summary) bool { return !ours(c.Labels) }), nil
}

// inspect inspects containers side by side. One that vanishes meanwhile is
// left out.
func (e *Engine) inspect(ctx context.Context, list []container.Summary) ([]container.InspectResponse, error) {
	found := make([]container.InspectResponse, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, c := range list {
		group.Go(func() error {
			var err error
			if found[i], err = e.inspectOne(ctx, c.ID); err != nil && !cerrdefs.IsNotFound(err) {
				return fmt.Errorf("inspect container %.12s: %w", c.ID, e.explain(err))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(c container.InspectResponse) bool { return c.ContainerJSONBase == nil }), nil
}

// images looks up the images that may be needed next.
func (e *Engine) images(ctx context.Context, w plan.World) (map[string]plan.Image, error) {
	var mu sync.Mutex
	found := map[string]plan.Image{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, reference := range plan.ImagesNeeded(w) {
		group.Go(func() error {
			image, ok, err := e.image(ctx, reference)
			if !ok {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			found[reference] = image
			return nil
		})
	}
	return found, group.Wait()
}

// used are the images of containers whose references mean others by now, or
// need not be known: by their IDs. What an ID stands for does not change, so
// the engine is asked once.
func (e *Engine) used(ctx context.Context, w *plan.World) error {
	for _, c := range w.Containers {
		if image, known := w.Images[c.Image]; known && image.ID == c.ImageID || c.ImageID == "" {
			continue
		}
		image, ok, err := e.byID(ctx, c.ImageID)
		if err != nil {
			return err
		}
		if ok {
			w.Images[c.ImageID] = image
		}
	}
	return nil
}

func (e *Engine) byID(ctx context.Context, id string) (image plan.Image, ok bool, err error) {
	if known, ok := e.known.Load(id); ok {
		return known.(plan.Image), true, nil
	}
	return e.image(ctx, id)
}

// image looks one image up; ok is false when the engine has none by that name.
func (e *Engine) image(ctx context.Context, reference string) (image plan.Image, ok bool, err error) {
	found, err := e.cli.ImageInspect(ctx, reference)
	if cerrdefs.IsNotFound(err) || cerrdefs.IsInvalidArgument(err) {
		return image, false, nil // also a name that no image can have: pulling it says so
	}
	if err != nil {
		return image, false, fmt.Errorf("inspect image %s: %w", reference, e.explain(err))
	}
	image = plan.Image{ID: found.ID, Digests: found.RepoDigests, Size: found.Size}
	if found.Config != nil {
		image.User = found.Config.User
		for port := range found.Config.ExposedPorts {
			image.Ports = append(image.Ports, string(port))
		}
		slices.Sort(image.Ports)
	}
	e.known.Store(image.ID, image)
	return image, true, nil
}
