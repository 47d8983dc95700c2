package apiserver

import (
	"context"
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// keepers says how each resource is kept.
func (s *Server) keepers() map[string]store.Keeper {
	keepers := map[string]store.Keeper{}
	for _, k := range s.kinds.All() {
		switch {
		case k.New == nil || k.Hooks.Kept == kind.Nowhere:
		case k.Hooks.Kept == kind.AsPods:
			keepers[k.Resource()] = podKeeper{s.Pods}
		default:
			keepers[k.Resource()] = objectKeeper{s.Objects, k.Hooks.Lasts}
		}
	}
	return keepers
}

// podKeeper makes writes to pods true in the engine.
type podKeeper struct{ pods Pods }

// born is the revision of a pod that was made and not changed since.
const born = 1

// Keep tells the kinds of change apart: birth, end at once, end in time, and the rest.
func (k podKeeper) Keep(ctx context.Context, change store.Change) (int64, error) {
	if change.Next == nil {
		return 0, k.end(ctx, change)
	}
	next := barePod(change.Next)
	if change.Current == nil {
		return born, k.pods.Create(ctx, next)
	}
	old := Pod{barePod(change.Current.Object), change.Current.Revision}
	if !equality.Semantic.DeepEqual(old.DeletionTimestamp, next.DeletionTimestamp) {
		return behind(k.pods.Stop(ctx, old, next))
	}
	return behind(k.pods.Revise(ctx, old, next))
}

// end removes a pod at once. Where its last finalizer is what was taken off, the
// engine is to know that first: it keeps a pod that has any.
func (k podKeeper) end(ctx context.Context, change store.Change) error {
	pod := barePod(change.Current.Object)
	if len(pod.Finalizers) > 0 {
		released := pod.DeepCopy()
		released.Finalizers = nil
		if _, err := behind(k.pods.Revise(ctx, Pod{pod, change.Current.Revision}, released)); err != nil {
			return err
		}
	}
	return k.pods.Kill(ctx, pod)
}

// barePod is a copy of a pod without what the store adds.
func barePod(obj store.Object) *v1.Pod {
	pod := obj.(*v1.Pod).DeepCopy()
	pod.ResourceVersion = ""
	return pod
}

// behindError is a Conflict of the store with the engine, of which the client
// need not know: its write can be made again when the store has caught up.
type behindError struct{ error }

func (e behindError) Unwrap() error { return e.error }

// behind marks the conflicts among the answers to a write.
func behind(revision int64, err error) (int64, error) {
	if apierrors.IsConflict(err) {
		return 0, behindError{err}
	}
	return revision, err
}

// objectKeeper keeps an object as a record, with a revision for every write.
type objectKeeper struct {
	objects Objects
	lasts   func(next, old store.Object) bool // nil: every write does
}

// Keep saves the next revision, or removes all of an object that was ever saved.
func (k objectKeeper) Keep(ctx context.Context, change store.Change) (int64, error) {
	record := Record{Resource: change.Key.Resource, Namespace: change.Key.Namespace, Name: change.Key.Name}
	if change.Current != nil {
		record.Revision = change.Current.Revision
	}
	if change.Next == nil {
		record.UID = change.Current.Object.GetUID()
		if record.Revision == 0 {
			return 0, nil
		}
		return 0, k.objects.Remove(ctx, record)
	}
	if k.lasts != nil && change.Current != nil && !k.lasts(change.Next, change.Current.Object) {
		return record.Revision, nil
	}
	bare := change.Next.DeepCopyObject().(store.Object)
	bare.SetResourceVersion("")
	data, err := json.Marshal(bare)
	if err != nil {
		return 0, fmt.Errorf("encode %s %s: %w", change.Key.Resource, change.Key.Name, err)
	}
	record.UID, record.JSON, record.Revision = bare.GetUID(), data, record.Revision+1
	return behind(record.Revision, k.objects.Save(ctx, record))
}
