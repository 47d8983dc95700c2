package apiserver

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

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

// podKeeper makes writes to pods true in the engine. An item's revision is one
// more than the engine's number, because 0 means that the engine never had it.
type podKeeper struct{ pods Pods }

// Keep tells the kinds of change apart: birth, end at once, end in time, and the rest.
func (k podKeeper) Keep(ctx context.Context, change store.Change) (int64, error) {
	if change.Next == nil {
		return 0, k.pods.Kill(ctx, change.Current.Object.(*v1.Pod).DeepCopy())
	}
	next := change.Next.(*v1.Pod).DeepCopy()
	next.ResourceVersion = ""
	if change.Current == nil {
		return podRevision(next), k.pods.Create(ctx, next)
	}
	old := change.Current.Object.(*v1.Pod).DeepCopy()
	old.ResourceVersion = strconv.FormatInt(change.Current.Revision-1, 10)
	if !equality.Semantic.DeepEqual(old.DeletionTimestamp, next.DeletionTimestamp) {
		return change.Current.Revision + 1, k.pods.Stop(ctx, old, next)
	}
	return change.Current.Revision + 1, k.pods.Revise(ctx, old, next)
}

// podRevision reads the revision of a pod that comes from the engine. One
// without a number is as it was born.
func podRevision(pod *v1.Pod) int64 {
	number, err := strconv.ParseInt(pod.ResourceVersion, 10, 64)
	if err != nil {
		number = 0
	}
	return number + 1
}

// objectKeeper keeps an object as a record, with a revision for every write.
type objectKeeper struct{ objects Objects }

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
	if node, ok := change.Next.(*v1.Node); ok && change.Current != nil && sameButStatus(node, change.Current.Object.(*v1.Node)) {
		return record.Revision, nil
	}
	bare := change.Next.DeepCopyObject().(store.Object)
	bare.SetResourceVersion("")
	data, err := json.Marshal(bare)
	if err != nil {
		return 0, fmt.Errorf("encode %s %s: %w", change.Key.Resource, change.Key.Name, err)
	}
	record.UID, record.JSON, record.Revision = bare.GetUID(), data, record.Revision+1
	return record.Revision, k.objects.Save(ctx, record)
}

// sameButStatus tells a node's heartbeat from a change that has to last.
func sameButStatus(a, b *v1.Node) bool {
	return equality.Semantic.DeepEqual(a.Spec, b.Spec) && equality.Semantic.DeepEqual(a.ObjectMeta, b.ObjectMeta)
}
