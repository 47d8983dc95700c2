package node

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/translate"
)

// objects keeps each revision of an object as an empty labelled volume.
type objects struct{ Records }

// key names an object whatever its revision.
type key struct{ resource, namespace, name string }

func keyOf(r apiserver.Record) key { return key{r.Resource, r.Namespace, r.Name} }

// maxName is how long a volume's name may be.
const maxName = 255

// volume is the name of the volume of a revision: creating one that exists
// tells that another was faster.
func (k key) volume(revision int64) string {
	name := strings.Join([]string{"minipod", k.resource, k.namespace, k.name, strconv.FormatInt(revision, 10)}, "_")
	if len(name) > maxName || strings.Contains(k.name, ":") {
		sum := sha256.Sum256([]byte(k.namespace + "/" + k.name))
		name = strings.Join([]string{"minipod", k.resource, hex.EncodeToString(sum[:]), strconv.FormatInt(revision, 10)}, "_")
	}
	return name
}

// Load implements apiserver.Objects.
func (o *objects) Load(ctx context.Context) ([]apiserver.Record, error) {
	all, err := o.revisions(ctx)
	if err != nil {
		return nil, err
	}
	newest := map[key]apiserver.Record{}
	for _, r := range all {
		if r.Revision > newest[keyOf(r)].Revision {
			newest[keyOf(r)] = r
		}
	}
	records := make([]apiserver.Record, 0, len(newest))
	for _, r := range newest {
		records = append(records, r)
	}
	slices.SortFunc(records, func(a, b apiserver.Record) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return records, nil
}

func (o *objects) revisions(ctx context.Context) ([]apiserver.Record, error) {
	volumes, err := o.Records.Records(ctx, translate.LabelObject)
	if err != nil {
		return nil, err
	}
	records := make([]apiserver.Record, 0, len(volumes))
	for _, v := range volumes {
		records = append(records, apiserver.Record{
			Resource:  v.Labels[translate.LabelObject],
			Namespace: v.Labels[translate.LabelObjectNamespace],
			Name:      v.Labels[translate.LabelObjectName],
			UID:       types.UID(v.Labels[translate.LabelObjectUID]),
			Revision:  int64(translate.RevisionOf(v.Labels)),
			JSON:      []byte(v.Labels[translate.LabelManifest]),
		})
	}
	return records, nil
}

// keptRevisions is how many revisions of an object stay: their names keep one
// who is late from writing an old number again.
const keptRevisions = 16

// poll is how often objects of other processes are looked for.
const poll = 10 * time.Second

// Changes implements apiserver.Objects.
func (o *objects) Changes(ctx context.Context) <-chan struct{} {
	hints := make(chan struct{})
	go func() {
		defer close(hints)
		ticker := time.NewTicker(poll)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			select {
			case <-ctx.Done():
				return
			case hints <- struct{}{}:
			}
		}
	}()
	return hints
}

// Save implements apiserver.Objects.
func (o *objects) Save(ctx context.Context, r apiserver.Record) error {
	_, err := o.PutRecord(ctx, engine.Record{Name: keyOf(r).volume(r.Revision), Labels: map[string]string{
		translate.LabelObject:          r.Resource,
		translate.LabelObjectNamespace: r.Namespace,
		translate.LabelObjectName:      r.Name,
		translate.LabelObjectUID:       string(r.UID),
		translate.LabelRevision:        strconv.FormatInt(r.Revision, 10),
		translate.LabelManifest:        string(r.JSON),
	}})
	resource := schema.ParseGroupResource(r.Resource)
	switch {
	case errors.Is(err, engine.ErrExists) && r.Revision == 1:
		return apierrors.NewAlreadyExists(resource, r.Name)
	case errors.Is(err, engine.ErrExists):
		return apierrors.NewConflict(resource, r.Name, errors.New("the object was changed by another process; look at it again"))
	case err != nil:
		return fmt.Errorf("save %s %s: %w", r.Resource, r.Name, err)
	}
	if r.Revision > keptRevisions {
		return o.DropRecord(ctx, keyOf(r).volume(r.Revision-keptRevisions))
	}
	return nil
}

// Remove implements apiserver.Objects: the newest revision last, so that
// who is killed meanwhile leaves the object as it was.
func (o *objects) Remove(ctx context.Context, r apiserver.Record) error {
	first := max(1, r.Revision-keptRevisions)
	for revision := first; revision <= r.Revision; revision++ {
		if err := o.DropRecord(ctx, keyOf(r).volume(revision)); err != nil {
			return fmt.Errorf("remove %s %s: %w", r.Resource, r.Name, err)
		}
	}
	return nil
}
