package docker

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"

	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

// Record is engine.Record.
type Record = engine.Record

// Records lists the records that have a label, by name: KEY, or KEY=VALUE for
// those with this value.
func (e *Engine) Records(ctx context.Context, label string) ([]Record, error) {
	list, err := e.cli.VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", label))})
	if err != nil {
		return nil, fmt.Errorf("list the records of %s: %w", label, e.explain(err))
	}
	var records []Record
	for _, v := range present(list.Volumes) {
		if _, ok := v.Labels[translate.LabelNonce]; ok {
			records = append(records, recordOf(*v))
		}
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Name, b.Name) })
	return records, nil
}

// PutRecord makes a record. Of several that put one of the same name, one
// succeeds; the others get the record that is there, and ErrExists.
func (e *Engine) PutRecord(ctx context.Context, r Record) (existing Record, err error) {
	labels := maps.Clone(r.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	nonce := rand.Text()
	labels[translate.LabelNonce] = nonce
	made, err := e.makeRecord(ctx, r.Name, labels)
	if err == nil && len(made.Labels) == 0 { // an engine that ends while it makes a volume leaves one without labels
		if err = e.DropRecord(ctx, r.Name); err == nil {
			made, err = e.makeRecord(ctx, r.Name, labels)
		}
	}
	if err != nil {
		return Record{}, fmt.Errorf("put record %s: %w", r.Name, e.explain(err))
	}
	if made.Labels[translate.LabelNonce] != nonce {
		return recordOf(made), fmt.Errorf("put record %s: %w", r.Name, engine.ErrExists)
	}
	return recordOf(made), nil
}

// makeRecord makes the volume of a record, or finds the one of its name. An engine
// whose disk is full says that it could not make one, and has it until it is started
// again: that is enough to remove a pod, which makes room.
func (e *Engine) makeRecord(ctx context.Context, name string, labels map[string]string) (volume.Volume, error) {
	made, err := e.cli.VolumeCreate(ctx, volume.CreateOptions{Name: name, Labels: labels})
	switch {
	case cerrdefs.IsConflict(err): // as Podman may answer
		return e.cli.VolumeInspect(ctx, name)
	case cerrdefs.IsInternal(err):
		if found, lost := e.cli.VolumeInspect(ctx, name); lost == nil && found.Labels[translate.LabelNonce] == labels[translate.LabelNonce] {
			return found, nil
		}
	}
	return made, err
}

// DropRecord removes a record; one that is not there was removed.
func (e *Engine) DropRecord(ctx context.Context, name string) error {
	err := e.cli.VolumeRemove(ctx, name, false)
	if err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("drop record %s: %w", name, e.explain(err))
	}
	return nil
}

// HasVolume reports whether the engine has a volume of a name.
func (e *Engine) HasVolume(ctx context.Context, name string) (bool, error) {
	_, err := e.cli.VolumeInspect(ctx, name)
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at volume %s: %w", name, e.explain(err))
	}
	return true, nil
}

func recordOf(v volume.Volume) Record {
	labels := maps.Clone(v.Labels)
	delete(labels, translate.LabelNonce)
	return Record{Name: v.Name, Labels: labels, Made: timeOf(v.CreatedAt)}
}
