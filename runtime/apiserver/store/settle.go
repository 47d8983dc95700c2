package store

import (
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
)

// Seen is what a look at the engine found.
type Seen struct {
	Key      Key
	Object   Object
	Revision int64
}

// Settle brings in what a look at the engine found: the whole of a resource.
// since is the version of the store when the look began: what was written after
// it, or is being written, is newer than the look and stays. Settle then
// answers true: look again. Objects that the engine never held (revision 0) stay
// unless the resource is the engine's own.
func (s *Store) Settle(resource string, seen []Seen, since uint64) (again bool, err error) {
	found := make(map[Key]bool, len(seen))
	for _, one := range seen {
		found[one.Key] = true
		busy, err := s.settle(one, since)
		if err != nil {
			return true, err
		}
		again = again || busy
	}
	items, _ := s.List(resource, "")
	for _, item := range items {
		key := Key{resource, item.Object.GetNamespace(), item.Object.GetName()}
		if found[key] || item.Revision == 0 {
			continue
		}
		busy, err := s.SettleGone(key, item.Object.GetUID(), since)
		if err != nil {
			return true, err
		}
		again = again || busy
	}
	return again, nil
}

// SettleOne is Settle for a single object.
func (s *Store) SettleOne(seen Seen, since uint64) (again bool, err error) {
	return s.settle(seen, since)
}

// SettleGone removes the object with the UID, which the engine no longer has.
func (s *Store) SettleGone(key Key, uid types.UID, since uint64) (again bool, err error) {
	unlock := s.locks.tryLock(key)
	if unlock == nil {
		return true, nil
	}
	defer unlock()
	current := s.Get(key)
	if current == nil || current.Object.GetUID() != uid {
		return false, nil
	}
	if current.Version > since {
		return true, nil
	}
	_, err = s.commit(key, nil, 0)
	return false, err
}

func (s *Store) settle(seen Seen, since uint64) (again bool, err error) {
	unlock := s.locks.tryLock(seen.Key)
	if unlock == nil {
		return true, nil
	}
	defer unlock()
	current := s.Get(seen.Key)
	if current != nil && current.Version > since {
		return true, nil
	}
	if current == nil && s.removedAfter(seen, since) {
		return true, nil
	}
	if current != nil && equal(current.Object, seen.Object) {
		s.adopt(seen.Key, current, seen.Revision)
		return false, nil
	}
	if err := s.makeWay(current, seen); err != nil {
		return false, err
	}
	_, err = s.commit(seen.Key, seen.Object, seen.Revision)
	return false, err
}

// adopt notes the revision of an item that is otherwise as it was: no news to anybody.
func (s *Store) adopt(key Key, current *Item, revision int64) {
	if current.Revision == revision {
		return
	}
	item := *current
	item.Revision = revision
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shelves[key.Resource].items[key] = &item
}

// makeWay shows the end of an object whose name another one has taken since.
func (s *Store) makeWay(current *Item, seen Seen) error {
	if current == nil || current.Object.GetUID() == seen.Object.GetUID() {
		return nil
	}
	_, err := s.commit(seen.Key, nil, 0)
	return err
}

func (s *Store) removedAfter(seen Seen, since uint64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sh := s.shelves[seen.Key.Resource]
	return sh != nil && sh.log.removedAfter(since, seen.Object)
}

// equal compares an item with a fresh look, which has no resource version yet.
func equal(current, seen Object) bool {
	seen.SetResourceVersion(current.GetResourceVersion())
	return equality.Semantic.DeepEqual(current, seen)
}
