// Package store holds the objects that the API serves, gives every change a
// resource version and remembers the changes for watches.
//
// It is a view, not the truth: every write goes through the Keeper of its
// resource first, and what the engine says later is brought in with Settle. It
// may be lost at any moment and be filled again.
package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Object is a Kubernetes object with metadata.
type Object interface {
	metav1.Object
	runtime.Object
}

// Key names an object. Resource is the plural name, with a dot and the group
// behind it unless the group is the core one: "pods", "leases.coordination.k8s.io".
type Key struct {
	Resource, Namespace, Name string
}

// Item is one version of an object. It is shared and never changed.
type Item struct {
	Object  Object
	JSON    []byte // Object as it is sent to clients
	Version uint64 // metadata.resourceVersion
	// Revision counts the writes that reached the engine; 0 is an object that
	// the server makes again by itself when it starts.
	Revision int64
}

// Keeper makes changes durable. A nil Keeper keeps nothing.
type Keeper interface {
	// Keep makes change.Next the truth and returns the revision that it got.
	Keep(ctx context.Context, change Change) (revision int64, err error)
}

// Change is a write: from nothing to Next, from Current to Next, or from
// Current to nothing.
type Change struct {
	Key     Key
	Current *Item
	Next    Object
}

// Store holds items by key. Its zero value is not usable; see New.
type Store struct {
	keepers map[string]Keeper
	locks   keyLocks

	mu      sync.RWMutex
	version uint64
	shelves map[string]*shelf
}

// shelf is one resource: what there is, and how it came to be so.
type shelf struct {
	items map[Key]*Item
	log   history
}

// New makes an empty store. Versions start at now in microseconds, so that a
// server that was started again never goes back. keepers are by resource.
func New(now time.Time, keepers map[string]Keeper) *Store {
	return &Store{
		keepers: keepers,
		locks:   keyLocks{held: map[Key]*keyLock{}},
		version: uint64(now.UnixMicro()),
		shelves: map[string]*shelf{},
	}
}

// Version is the version of the newest change.
func (s *Store) Version() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.version
}

// Get returns the item of a key, or nil.
func (s *Store) Get(key Key) *Item {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if sh := s.shelves[key.Resource]; sh != nil {
		return sh.items[key]
	}
	return nil
}

// List returns the items of a resource, sorted by namespace and name, and the
// version they were true at. An empty namespace means all.
func (s *Store) List(resource, namespace string) ([]*Item, uint64) {
	s.mu.RLock()
	var items []*Item
	if sh := s.shelves[resource]; sh != nil {
		for key, item := range sh.items {
			if namespace == "" || key.Namespace == namespace {
				items = append(items, item)
			}
		}
	}
	version := s.version
	s.mu.RUnlock()
	slices.SortFunc(items, func(a, b *Item) int {
		if c := strings.Compare(a.Object.GetNamespace(), b.Object.GetNamespace()); c != 0 {
			return c
		}
		return strings.Compare(a.Object.GetName(), b.Object.GetName())
	})
	return items, version
}

// Namespaces returns the namespaces that hold an object of any resource.
func (s *Store) Namespaces() map[string]bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := map[string]bool{}
	for _, sh := range s.shelves {
		for key := range sh.items {
			if key.Namespace != "" {
				found[key.Namespace] = true
			}
		}
	}
	return found
}

// Resources returns the names of the resources that hold an object of the namespace, sorted.
func (s *Store) Resources(namespace string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []string
	for resource, sh := range s.shelves {
		for key := range sh.items {
			if key.Namespace == namespace {
				found = append(found, resource)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// Update changes one object. change gets the item as it is (nil: there is none)
// and answers what it shall be: an object of its own, nil for none, or the very
// object it was given to leave things as they are. No other Update of the key
// runs meanwhile. The answer is the item as it is now; of a removed object the last one.
func (s *Store) Update(ctx context.Context, key Key, change func(current *Item) (Object, error)) (*Item, error) {
	unlock := s.locks.lock(key)
	defer unlock()
	current := s.Get(key)
	next, err := change(current)
	if err != nil {
		return nil, err
	}
	if same(current, next) {
		return current, nil
	}
	revision := int64(0)
	if keeper := s.keepers[key.Resource]; keeper != nil {
		revision, err = keeper.Keep(ctx, Change{Key: key, Current: current, Next: next})
		if err != nil {
			return nil, err
		}
	}
	return s.commit(key, next, revision)
}

// Seed puts an object where there is none, without keeping it: the server makes
// such objects again when it starts. It reports whether it did.
func (s *Store) Seed(key Key, obj Object) (bool, error) {
	unlock := s.locks.lock(key)
	defer unlock()
	if s.Get(key) != nil {
		return false, nil
	}
	_, err := s.commit(key, obj, 0)
	return err == nil, err
}

// Set replaces an object without keeping it: for what the server itself
// observes, such as the heartbeat of the node. change works as in Update.
func (s *Store) Set(key Key, change func(current *Item) Object) error {
	unlock := s.locks.lock(key)
	defer unlock()
	current := s.Get(key)
	next := change(current)
	if same(current, next) {
		return nil
	}
	revision := int64(0)
	if current != nil {
		revision = current.Revision
	}
	_, err := s.commit(key, next, revision)
	return err
}

func same(current *Item, next Object) bool {
	if current == nil {
		return next == nil
	}
	return next == current.Object
}

// commit gives the change its version and tells the watches. The caller holds the key.
func (s *Store) commit(key Key, next Object, revision int64) (*Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shelves[key.Resource]
	if sh == nil {
		sh = &shelf{items: map[Key]*Item{}, log: newHistory(s.version)}
		s.shelves[key.Resource] = sh
	}
	prev := sh.items[key]
	if next == nil && prev == nil {
		return nil, nil
	}
	final := next
	if next == nil {
		final = prev.Object.DeepCopyObject().(Object)
	}
	final.SetResourceVersion(strconv.FormatUint(s.version+1, 10))
	data, err := json.Marshal(final)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", key.Resource, key.Name, err)
	}
	s.version++
	item := &Item{Object: final, JSON: data, Version: s.version, Revision: revision}
	if next == nil {
		delete(sh.items, key)
	} else {
		sh.items[key] = item
	}
	sh.log.append(Event{Prev: prev, Item: item, Gone: next == nil})
	return item, nil
}

// Preview is the item that an object would become, without a version.
func Preview(obj Object) (*Item, error) {
	data, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", obj.GetName(), err)
	}
	return &Item{Object: obj, JSON: data}, nil
}
