package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/minipod/minipod/runtime/apiserver/store"
)

const resource = "configmaps"

func key(name string) store.Key { return store.Key{Resource: resource, Namespace: "ns", Name: name} }

func configMap(name, value string) *v1.ConfigMap {
	return &v1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name, UID: types.UID("uid-" + name)},
		Data:       map[string]string{"key": value},
	}
}

func put(t *testing.T, s *store.Store, name, value string) *store.Item {
	t.Helper()
	item, err := s.Update(t.Context(), key(name), func(*store.Item) (store.Object, error) { return configMap(name, value), nil })
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func remove(t *testing.T, s *store.Store, name string) {
	t.Helper()
	if _, err := s.Update(t.Context(), key(name), func(*store.Item) (store.Object, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
}

// keeper counts revisions; its gate, if there is one, holds writes back.
type keeper struct {
	gate chan struct{}
	err  error
}

func (k keeper) Keep(_ context.Context, c store.Change) (int64, error) {
	if k.gate != nil {
		<-k.gate
	}
	if c.Current != nil {
		return c.Current.Revision + 1, k.err
	}
	return 1, k.err
}

func newStore(k keeper) *store.Store {
	return store.New(time.Unix(1000, 0), map[string]store.Keeper{resource: k})
}

func TestVersionsGrowFromTheClock(t *testing.T) {
	s := newStore(keeper{})
	first := put(t, s, "a", "1")
	if want := uint64(time.Unix(1000, 0).UnixMicro()) + 1; first.Version != want {
		t.Errorf("first version %d, want %d", first.Version, want)
	}
	if second := put(t, s, "a", "2"); second.Version != first.Version+1 || second.Revision != 2 {
		t.Errorf("second write has version %d, revision %d", second.Version, second.Revision)
	}
}

func TestUnchangedObjectMakesNoEvent(t *testing.T) {
	s := newStore(keeper{})
	before := put(t, s, "a", "1")
	after, err := s.Update(t.Context(), key("a"), func(current *store.Item) (store.Object, error) { return current.Object, nil })
	if err != nil || after != before || s.Version() != before.Version {
		t.Errorf("got %v, %v at version %d", after, err, s.Version())
	}
}

func TestRefusedWriteLeavesTheStoreAlone(t *testing.T) {
	broken := errors.New("the engine is gone")
	s := newStore(keeper{err: broken})
	_, err := s.Update(t.Context(), key("a"), func(*store.Item) (store.Object, error) { return configMap("a", "1"), nil })
	if !errors.Is(err, broken) || s.Get(key("a")) != nil {
		t.Errorf("error %v, item %v", err, s.Get(key("a")))
	}
}

func TestCursorReadsEveryChangeInOrder(t *testing.T) {
	s := newStore(keeper{})
	start := s.Version()
	put(t, s, "a", "1")
	put(t, s, "a", "2")
	remove(t, s, "a")
	cursor, err := s.Watch(resource, start)
	if err != nil {
		t.Fatal(err)
	}
	events, err := cursor.Next(t.Context())
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	if events[0].Prev != nil || events[1].Prev != events[0].Item || !events[2].Gone {
		t.Errorf("events %+v", events)
	}
	if got := events[2].Item.Object.GetResourceVersion(); got != fmt.Sprint(events[2].Item.Version) {
		t.Errorf("the removed object has version %s, its event %d", got, events[2].Item.Version)
	}
}

func TestCursorWaits(t *testing.T) {
	s := newStore(keeper{})
	cursor, err := s.Watch(resource, s.Version())
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan int)
	go func() {
		events, _ := cursor.Next(t.Context())
		got <- len(events)
	}()
	put(t, s, "a", "1")
	if n := <-got; n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestOldHistoryExpires(t *testing.T) {
	s := newStore(keeper{})
	slow, err := s.Watch(resource, s.Version())
	if err != nil {
		t.Fatal(err)
	}
	big := string(make([]byte, 1<<20))
	for i := range 20 {
		put(t, s, "a", fmt.Sprint(i, big))
	}
	var expired *store.ExpiredError
	if _, err := slow.Next(t.Context()); !errors.As(err, &expired) {
		t.Errorf("a slow reader got %v", err)
	}
	if _, err := s.Watch(resource, 5); !errors.As(err, &expired) || expired.Version != 5 {
		t.Errorf("a version from before the start got %v", err)
	}
}

func TestSettle(t *testing.T) {
	s := newStore(keeper{})
	put(t, s, "same", "1")
	put(t, s, "changed", "1")
	put(t, s, "gone", "1")
	if _, err := s.Seed(key("seeded"), configMap("seeded", "1")); err != nil {
		t.Fatal(err)
	}
	before := s.Get(key("same"))
	again, err := s.Settle(resource, []store.Seen{
		{Key: key("same"), Object: configMap("same", "1"), Revision: 1},
		{Key: key("changed"), Object: configMap("changed", "2"), Revision: 2},
		{Key: key("new"), Object: configMap("new", "1"), Revision: 1},
	}, s.Version())
	if err != nil || again {
		t.Fatalf("again %v, error %v", again, err)
	}
	if s.Get(key("same")) != before {
		t.Error("what had not changed was written")
	}
	if s.Get(key("gone")) != nil {
		t.Error("what is gone is still there")
	}
	if s.Get(key("seeded")) == nil {
		t.Error("what the engine never held is gone")
	}
	if got := s.Get(key("changed")); got.Object.(*v1.ConfigMap).Data["key"] != "2" || got.Revision != 2 {
		t.Errorf("changed is %v", got.Object)
	}
	if s.Get(key("new")) == nil {
		t.Error("new is missing")
	}
}

func TestSettleDoesNotUndoLaterWrites(t *testing.T) {
	s := newStore(keeper{})
	put(t, s, "written", "1")
	put(t, s, "removed", "1")
	since := s.Version()
	stale := []store.Seen{
		{Key: key("written"), Object: configMap("written", "1"), Revision: 1},
		{Key: key("removed"), Object: configMap("removed", "1"), Revision: 1},
	}
	put(t, s, "written", "2")
	put(t, s, "created", "1")
	remove(t, s, "removed")
	again, err := s.Settle(resource, stale, since)
	if err != nil || !again {
		t.Errorf("again %v, error %v", again, err)
	}
	if got := s.Get(key("written")).Object.(*v1.ConfigMap).Data["key"]; got != "2" {
		t.Errorf("written is %q", got)
	}
	if s.Get(key("removed")) != nil || s.Get(key("created")) == nil {
		t.Error("a stale look undid a removal or a creation")
	}
}

func TestSettleLeavesWritesUnderWay(t *testing.T) {
	gate := make(chan struct{})
	s := newStore(keeper{gate: gate})
	var wait sync.WaitGroup
	started := make(chan struct{})
	wait.Go(func() {
		_, _ = s.Update(context.Background(), key("a"), func(*store.Item) (store.Object, error) {
			close(started)
			return configMap("a", "1"), nil
		})
	})
	<-started
	again, err := s.SettleOne(store.Seen{Key: key("a"), Object: configMap("a", "1"), Revision: 1}, s.Version())
	if err != nil || !again || s.Get(key("a")) != nil {
		t.Errorf("again %v, error %v, item %v", again, err, s.Get(key("a")))
	}
	close(gate)
	wait.Wait()
	if s.Get(key("a")) == nil {
		t.Error("the write was lost")
	}
}

func TestSettleShowsTheEndOfANamesake(t *testing.T) {
	s := newStore(keeper{})
	put(t, s, "a", "1")
	start := s.Version()
	other := configMap("a", "1")
	other.UID = "another"
	if _, err := s.SettleOne(store.Seen{Key: key("a"), Object: other, Revision: 1}, s.Version()); err != nil {
		t.Fatal(err)
	}
	cursor, err := s.Watch(resource, start)
	if err != nil {
		t.Fatal(err)
	}
	events, err := cursor.Next(t.Context())
	if err != nil || len(events) != 2 || !events[0].Gone || events[1].Prev != nil {
		t.Errorf("events %+v, %v", events, err)
	}
}

func TestWritersOfAKeyTakeTurns(t *testing.T) {
	s := newStore(keeper{})
	put(t, s, "a", "")
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			_, err := s.Update(context.Background(), key("a"), func(current *store.Item) (store.Object, error) {
				return configMap("a", current.Object.(*v1.ConfigMap).Data["key"]+"x"), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := len(s.Get(key("a")).Object.(*v1.ConfigMap).Data["key"]); got != 50 {
		t.Errorf("%d of 50 writes were kept", got)
	}
}
