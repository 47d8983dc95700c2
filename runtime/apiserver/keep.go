package apiserver

import (
	"context"
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
)

// keepers says where each resource is kept: pods as pods, nothing of events and
// leases (they are of the moment), of nodes what users set, and all else as objects.
func (s *Server) keepers() map[string]store.Keeper {
	keepers := map[string]store.Keeper{}
	for _, k := range s.kinds.All() {
		switch k.Resource() {
		case kind.Pods:
			keepers[kind.Pods] = podKeeper{s.Pods}
		case kind.Events, kind.Leases:
		default:
			if k.New != nil {
				keepers[k.Resource()] = objectKeeper{s.Objects}
			}
		}
	}
	return keepers
}

// podRevision is the revision of every pod: what matters to the store is that it is not 0.
const podRevision = 1

// podKeeper makes writes to pods true in the engine.
type podKeeper struct{ pods Pods }

// Keep tells the kinds of change apart: birth, end at once, end in time, and the rest.
func (k podKeeper) Keep(ctx context.Context, change store.Change) (int64, error) {
	if change.Next == nil {
		return podRevision, k.pods.Kill(ctx, change.Current.Object.(*v1.Pod))
	}
	next := change.Next.(*v1.Pod).DeepCopy()
	if change.Current == nil {
		return podRevision, k.pods.Create(ctx, next)
	}
	old := change.Current.Object.(*v1.Pod)
	if !equality.Semantic.DeepEqual(old.DeletionTimestamp, next.DeletionTimestamp) {
		return podRevision, k.pods.Stop(ctx, old, next)
	}
	return podRevision, k.pods.Revise(ctx, old, next)
}

// objectKeeper keeps an object as a record, with a revision for every write.
type objectKeeper struct{ objects Objects }

// Keep saves the next revision, or removes all of an object that was ever saved.
func (k objectKeeper) Keep(ctx context.Context, change store.Change) (int64, error) {
	if change.Next == nil {
		if change.Current.Revision == 0 {
			return 0, nil
		}
		return 0, k.objects.Remove(ctx, record(change.Key, change.Current.Object, change.Current.Revision, nil))
	}
	revision := int64(1)
	if change.Current != nil {
		revision = change.Current.Revision + 1
	}
	if node, ok := change.Next.(*v1.Node); ok && change.Current != nil && sameButStatus(node, change.Current.Object.(*v1.Node)) {
		return change.Current.Revision, nil
	}
	bare := change.Next.DeepCopyObject().(store.Object)
	bare.SetResourceVersion("")
	data, err := json.Marshal(bare)
	if err != nil {
		return 0, fmt.Errorf("encode %s %s: %w", change.Key.Resource, change.Key.Name, err)
	}
	return revision, k.objects.Save(ctx, record(change.Key, bare, revision, data))
}

func record(key store.Key, obj store.Object, revision int64, data []byte) Record {
	return Record{Resource: key.Resource, Namespace: key.Namespace, Name: key.Name, UID: obj.GetUID(), Revision: revision, JSON: data}
}

// sameButStatus tells a node's heartbeat from a change that has to last.
func sameButStatus(a, b *v1.Node) bool {
	return equality.Semantic.DeepEqual(a.Spec, b.Spec) && equality.Semantic.DeepEqual(a.ObjectMeta, b.ObjectMeta)
}
