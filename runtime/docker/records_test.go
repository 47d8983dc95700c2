package docker

import (
	"context"
	"crypto/rand"
	"errors"
	"github.com/minipod/minipod/runtime/engine"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestRecords(t *testing.T) {
	e := live(t)
	label := "t-docker-" + strings.ToLower(rand.Text())
	name := label + "_1"
	t.Cleanup(func() {
		if err := e.DropRecord(context.WithoutCancel(t.Context()), name); err != nil {
			t.Error(err)
		}
	})
	large := strings.Repeat("0123456789abcdef", 1<<16) // a ConfigMap at its limit
	put, err := e.PutRecord(t.Context(), Record{Name: name, Labels: map[string]string{label: "a", "object": large}})
	if err != nil || put.Labels["object"] != large || len(put.Labels) != 2 {
		t.Fatalf("put answers %v and %d labels, want the record", err, len(put.Labels))
	}
	existing, err := e.PutRecord(t.Context(), Record{Name: name, Labels: map[string]string{label: "b"}})
	if !errors.Is(err, engine.ErrExists) || existing.Labels[label] != "a" {
		t.Errorf("putting it again answers %v and label %q, want %v and the first", err, existing.Labels[label], engine.ErrExists)
	}
	for query, want := range map[string]int{label: 1, label + "=a": 1, label + "=b": 0} {
		if found, err := e.Records(t.Context(), query); err != nil || len(found) != want {
			t.Errorf("%d records of %s (%v), want %d", len(found), query, err, want)
		}
	}
	for range 2 {
		if err := e.DropRecord(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if found, err := e.Records(t.Context(), label); err != nil || len(found) != 0 {
		t.Errorf("after dropping it there are %d records (%v), want none", len(found), err)
	}
}

func TestOfManyPutsOneSucceeds(t *testing.T) {
	e := live(t)
	name := "t-docker-" + strings.ToLower(rand.Text())
	var won atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := e.PutRecord(t.Context(), Record{Name: name})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, engine.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d puts succeeded, want 1", won.Load())
	}
	if err := e.DropRecord(t.Context(), name); err != nil {
		t.Error(err)
	}
}
