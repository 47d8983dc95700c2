package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// objects keeps each revision of an object as an empty labelled volume.
type objects struct {
	Records
	loop.Objects
}

// Load implements apiserver.Objects.
func (o *objects) Load(ctx context.Context) ([]apiserver.Record, error) {
	volumes, err := o.Records.Records(ctx, translate.LabelObject)
	if err != nil {
		return nil, err
	}
	var all []object.Record
	for _, v := range volumes {
		if r, ok := object.Decode(v); ok {
			all = append(all, r)
		}
	}
	newest := object.Newest(all)
	records := make([]apiserver.Record, 0, len(newest))
	for _, r := range newest {
		records = append(records, apiserver.Record(r))
	}
	return records, nil
}

// rest is the least time between hints: each has all objects loaded.
const rest = 100 * time.Millisecond

// Changes implements apiserver.Objects.
func (o *objects) Changes(ctx context.Context) <-chan struct{} {
	hints, changed := make(chan struct{}), o.ObjectChanges(ctx)
	go func() {
		defer close(hints)
		for range changed {
			for more := true; more; more = anyUntil(time.After(rest), changed) {
				select {
				case <-ctx.Done():
					return
				case hints <- struct{}{}:
				}
			}
		}
	}()
	return hints
}

// anyUntil reports whether anything has come by then.
func anyUntil(then <-chan time.Time, changed <-chan string) (came bool) {
	for {
		select {
		case _, ok := <-changed:
			if !ok {
				return false
			}
			came = true
		case <-then:
			return came
		}
	}
}

// Save implements apiserver.Objects.
func (o *objects) Save(ctx context.Context, r apiserver.Record) error {
	resource := schema.ParseGroupResource(r.Resource)
	if pod := object.Record(r).Pod(); pod != "" {
		return apierrors.NewForbidden(resource, r.Name, fmt.Errorf("it is as pod %s has it, and goes with it", pod))
	}
	_, err := o.PutRecord(ctx, object.Record(r).Encode())
	switch {
	case errors.Is(err, engine.ErrExists) && r.Revision == 1:
		return apierrors.NewAlreadyExists(resource, r.Name)
	case errors.Is(err, engine.ErrExists):
		return apierrors.NewConflict(resource, r.Name, errors.New("the object was changed by another process; look at it again"))
	case err != nil:
		return fmt.Errorf("save %s %s: %w", r.Resource, r.Name, err)
	}
	return o.drop(ctx, r, object.Record(r).Drops())
}

// Remove implements apiserver.Objects. Revisions that another process has
// written meanwhile, and that this one has not seen, go too.
func (o *objects) Remove(ctx context.Context, r apiserver.Record) error {
	newest := object.Record(r)
	if newest.Pod() != "" {
		return nil // its pod removes it
	}
	volumes, err := o.Records.Records(ctx, translate.LabelObjectUID+"="+string(r.UID))
	if err != nil {
		return err
	}
	var all []object.Record
	for _, v := range volumes {
		found, ok := object.Decode(v)
		if !ok || found.Key() != newest.Key() {
			continue
		}
		all = append(all, found)
		if found.Revision > newest.Revision {
			newest = found
		}
	}
	if err := o.drop(ctx, r, newest.All(all)); err != nil || r.Resource != object.Claims {
		return err
	}
	return o.dropClaimed(ctx, r)
}

// dropClaimed removes what a claim that is gone held, as a node's storage does
// by default. What a pod still uses stays.
func (o *objects) dropClaimed(ctx context.Context, r apiserver.Record) error {
	err := o.drop(ctx, r, []string{translate.ClaimVolume(r.Namespace, r.Name)})
	if errors.Is(err, plan.ErrStale) {
		return nil
	}
	return err
}

func (o *objects) drop(ctx context.Context, r apiserver.Record, volumes []string) error {
	for _, name := range volumes {
		if err := o.DropRecord(ctx, name); err != nil {
			return fmt.Errorf("remove %s %s: %w", r.Resource, r.Name, err)
		}
	}
	return nil
}
