package node

import (
	"errors"
	"fmt"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/minipod/minipod/runtime/apiserver"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// Objects are kept with every revision under compare-and-swap.
func TestObjects(t *testing.T) {
	onModel(t, func(b *bench) {
		objects := b.Objects()
		save := func(revision int64) error {
			return objects.Save(b.Context(), apiserver.Record{
				Resource: "configmaps", Namespace: "default", Name: "one", UID: "u",
				Revision: revision, JSON: fmt.Appendf(nil, `{"revision":%d}`, revision),
			})
		}
		for revision := int64(1); revision <= 20; revision++ {
			if err := save(revision); err != nil {
				b.Fatal(err)
			}
		}
		if err := save(20); !apierrors.IsConflict(err) {
			b.Errorf("a revision that is there: %v", err)
		}
		all, err := objects.Load(b.Context())
		if err != nil || len(all) != 1 || all[0].Revision != 20 || string(all[0].JSON) != `{"revision":20}` {
			b.Errorf("loaded %+v, %v", all, err)
		}
		if kept, err := b.engine.Records(b.Context(), translate.LabelObject); err != nil || len(kept) > 16 {
			b.Errorf("%d revisions are kept, %v", len(kept), err)
		}
		if err := objects.Remove(b.Context(), all[0]); err != nil {
			b.Fatal(err)
		}
		if all, err := objects.Load(b.Context()); err != nil || len(all) > 0 {
			b.Errorf("after the removal %+v, %v", all, err)
		}
		if err := save(1); err != nil {
			b.Fatal(err)
		}
		if err := save(1); !apierrors.IsAlreadyExists(err) {
			b.Errorf("a first revision that is there: %v", err)
		}
	})
}

// What other processes write is heard of at once, and many changes are few hints.
func TestChangesOfObjects(t *testing.T) {
	onModel(t, func(b *bench) {
		b.engine.Objects = make(chan string)
		hints := b.Objects().Changes(b.Context())
		began := time.Now()
		b.engine.Objects <- "default"
		<-hints
		if took := time.Since(began); took > 0 {
			b.Errorf("the first hint took %s", took)
		}
		for range 50 {
			b.engine.Objects <- "default"
		}
		<-hints
		select {
		case <-hints:
			b.Errorf("a third hint after %s", time.Since(began))
		case <-time.After(time.Minute):
		}
	})
}

// A removal takes the revisions with it that another process has written
// meanwhile, or has not let go of when it was killed; another object of the same name stays.
func TestRemoveOfWhatHasChanged(t *testing.T) {
	onModel(t, func(b *bench) {
		objects := b.Objects()
		r := apiserver.Record{Resource: "configmaps", Namespace: "default", Name: "one", UID: "u", Revision: 1, JSON: []byte("{}")}
		newer, other := r, r
		newer.Revision, other.Name = object.Kept+9, "two"
		for _, r := range []apiserver.Record{r, newer, other} {
			if err := objects.Save(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
		if err := objects.Remove(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		if all, err := objects.Load(b.Context()); err != nil || len(all) != 1 || all[0].Name != "two" {
			b.Errorf("left are %+v, %v", all, err)
		}
	})
}

// A claim takes the volume with it that holds what it held.
func TestRemoveOfAClaim(t *testing.T) {
	onModel(t, func(b *bench) {
		objects := b.Objects()
		r := apiserver.Record{Resource: "persistentvolumeclaims", Namespace: "default", Name: "one", UID: "u", Revision: 1, JSON: []byte("{}")}
		held := engine.Record{Name: translate.ClaimVolume("default", "one"), Labels: map[string]string{translate.LabelClaim: "one"}}
		if _, err := b.engine.PutRecord(b.Context(), held); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(objects.Save(b.Context(), r), objects.Remove(b.Context(), r)); err != nil {
			b.Fatal(err)
		}
		if left, err := b.engine.Records(b.Context(), translate.LabelClaim); err != nil || len(left) > 0 {
			b.Errorf("left is %+v, %v", left, err)
		}
	})
}
