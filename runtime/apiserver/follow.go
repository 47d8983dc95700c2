package apiserver

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/apiserver/wire"
)

const (
	// resync is how often everything is looked at although nothing hinted at a change.
	resync = 30 * time.Second
	// lookDelay is the pause before another look when a write was under way during the last.
	lookDelay = 20 * time.Millisecond
)

// followPods brings what happens to pods in the engine into the store.
func (s *Server) followPods(ctx context.Context) error {
	hints := s.Pods.Changes(ctx)
	ticker := time.NewTicker(resync)
	defer ticker.Stop()
	again := map[types.UID]bool{"": true} // what changed before the hints began
	for {
		var retry <-chan time.Time
		if len(again) > 0 {
			retry = time.After(lookDelay)
		}
		due := map[types.UID]bool{}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case uid, ok := <-hints:
			if !ok {
				hints = nil
				continue
			}
			due[uid] = true
			drain(hints, due)
		case <-ticker.C:
			due[""] = true
		case <-retry:
			due, again = again, due
		}
		s.lookAtDue(ctx, due, again)
	}
}

// drain takes the hints that have piled up, so that each pod is looked at once.
func drain(hints <-chan types.UID, due map[types.UID]bool) {
	for {
		select {
		case uid, ok := <-hints:
			if !ok {
				return
			}
			due[uid] = true
		default:
			return
		}
	}
}

// lookAtDue looks at the pods in due and notes in again those to look at once more.
func (s *Server) lookAtDue(ctx context.Context, due, again map[types.UID]bool) {
	look := func(uid types.UID) {
		busy, err := s.lookAtPod(ctx, uid)
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("look at a pod", "uid", uid, "error", err)
		}
		if busy {
			again[uid] = true
		}
	}
	if due[""] {
		look("")
		return
	}
	for uid := range due {
		look(uid)
	}
}

// lookAtPod brings one pod into the store, or with "" all of them. It answers
// true if a write was under way and another look is needed.
func (s *Server) lookAtPod(ctx context.Context, uid types.UID) (again bool, err error) {
	if uid == "" {
		return s.lookAtPods(ctx)
	}
	since := s.store.Version()
	pod, ok, err := s.Pods.Get(ctx, uid)
	if err != nil {
		return false, fmt.Errorf("look at pod %s: %w", uid, err)
	}
	defer s.poke()
	if ok {
		s.needNamespace(pod.Namespace)
		return s.store.SettleOne(s.seenPod(pod), since)
	}
	items, _ := s.store.List(kind.Pods, "")
	for _, item := range items {
		if item.Object.GetUID() == uid {
			return s.settleGone(item, pod, since)
		}
	}
	return false, nil
}

// settleGone takes a pod out of the store, as it was last where that is known.
func (s *Server) settleGone(item *store.Item, last Pod, since uint64) (again bool, err error) {
	if last.Pod != nil {
		if again, err = s.store.SettleOne(s.seenPod(last), since); again || err != nil {
			return again, err
		}
		since = s.store.Version()
	}
	return s.store.SettleGone(keyOf(kind.Pods, item.Object), item.Object.GetUID(), since)
}

func (s *Server) lookAtPods(ctx context.Context) (again bool, err error) {
	since := s.store.Version()
	pods, err := s.Pods.List(ctx)
	if err != nil {
		return false, fmt.Errorf("list pods: %w", err)
	}
	seen := make([]store.Seen, 0, len(pods))
	for _, pod := range pods {
		s.needNamespace(pod.Namespace)
		seen = append(seen, s.seenPod(pod))
	}
	defer s.poke()
	return s.store.Settle(kind.Pods, seen, since)
}

func (s *Server) seenPod(pod Pod) store.Seen {
	s.kinds.ByResource(kind.Pods).Stamp(pod)
	return store.Seen{Key: keyOf(kind.Pods, pod), Object: pod.Pod, Revision: pod.Revision}
}

func keyOf(resource string, obj store.Object) store.Key {
	return store.Key{Resource: resource, Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// followObjects brings objects that other processes wrote to the engine into the store.
func (s *Server) followObjects(ctx context.Context) error {
	hints := s.Objects.Changes(ctx)
	ticker := time.NewTicker(resync)
	defer ticker.Stop()
	again := true // what changed before the hints began
	for {
		var retry <-chan time.Time
		if again {
			retry = time.After(lookDelay)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, ok := <-hints:
			if !ok {
				hints = nil
				continue
			}
		case <-ticker.C:
		case <-retry:
		}
		var err error
		if again, err = s.lookAtObjects(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("look at the objects", "error", err)
		}
	}
}

func (s *Server) lookAtObjects(ctx context.Context) (again bool, err error) {
	since := s.store.Version()
	records, err := s.Objects.Load(ctx)
	if err != nil {
		return false, fmt.Errorf("load objects: %w", err)
	}
	seen := map[string][]store.Seen{}
	for _, r := range records {
		one, err := s.seenObject(r)
		if err != nil {
			s.Log.Warn("an object in the engine cannot be read", "resource", r.Resource, "namespace", r.Namespace, "name", r.Name, "error", err)
			continue
		}
		seen[r.Resource] = append(seen[r.Resource], one)
	}
	for _, k := range s.kinds.All() {
		if k.New == nil || k.Hooks.Kept == kind.AsPods {
			continue
		}
		busy, err := s.store.Settle(k.Resource(), seen[k.Resource()], since)
		if err != nil {
			return true, err
		}
		again = again || busy
	}
	return again, nil
}

func (s *Server) seenObject(r Record) (store.Seen, error) {
	k := s.kinds.ByResource(r.Resource)
	if k == nil || k.New == nil {
		return store.Seen{}, fmt.Errorf("the resource %q is not served", r.Resource)
	}
	obj := k.New()
	if _, err := wire.DecodeJSON(r.JSON, k.GroupVersionKind(), obj); err != nil {
		return store.Seen{}, err
	}
	k.Stamp(obj)
	s.needNamespace(obj.GetNamespace())
	return store.Seen{Key: keyOf(r.Resource, obj), Object: obj, Revision: r.Revision}, nil
}

// lookAgain looks at the engine after another process was faster with a write
// to an object. One that is being written is looked at when that is done.
func (s *Server) lookAgain(ctx context.Context, t target) error {
	for {
		busy, err := s.lookAtOne(ctx, t)
		if err != nil || !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookDelay):
		}
	}
}

func (s *Server) lookAtOne(ctx context.Context, t target) (again bool, err error) {
	if t.kind.Hooks.Kept != kind.AsPods {
		return s.lookAtObjects(ctx)
	}
	item := s.store.Get(t.key())
	if item == nil {
		return false, nil
	}
	return s.lookAtPod(ctx, item.Object.GetUID())
}
