package enginetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/minipod/minipod/runtime/engine"
)

// Records keeps facts in an engine: see node.Records.
type Records interface {
	Records(ctx context.Context, label string) ([]engine.Record, error)
	PutRecord(ctx context.Context, r engine.Record) (existing engine.Record, err error)
	DropRecord(ctx context.Context, name string) error
}

// RecordContract holds an engine to what node.Records promises. The records of
// the contract are of this process alone and are gone afterwards.
func RecordContract(t *testing.T, records Records) {
	for _, c := range []struct {
		name string
		run  func(*shelf)
	}{
		{"a record is kept until it is dropped", recordKept},
		{"a record is found by its labels", recordFound},
		{"a record never changes", recordStays},
		{"of many who put one succeeds", onePut},
		{"a dropped name is free", nameFree},
		{"a large record is kept whole", recordWhole},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), contractTimeout)
			defer cancel()
			id := fmt.Sprintf("t-records-%d-%s", os.Getpid(), strings.NewReplacer("/", "-").Replace(strings.ToLower(t.Name())))
			s := &shelf{T: t, ctx: ctx, records: records, label: id}
			t.Cleanup(s.sweep)
			c.run(s)
		})
	}
}

// shelf is the records of one clause: they have its label.
type shelf struct {
	*testing.T
	ctx     context.Context
	records Records
	label   string
}

// record is a record of the clause.
func (s *shelf) record(name, value string) engine.Record {
	return engine.Record{Name: s.label + "_" + name, Labels: map[string]string{s.label: value}}
}

func (s *shelf) put(r engine.Record) {
	s.Helper()
	if _, err := s.records.PutRecord(s.ctx, r); err != nil {
		s.Fatalf("put %s: %v", r.Name, err)
	}
}

// found are the records with the label.
func (s *shelf) found(label string) []engine.Record {
	s.Helper()
	found, err := s.records.Records(s.ctx, label)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

// has compares the records that have a label with names.
func (s *shelf) has(label string, want ...string) {
	s.Helper()
	var names []string
	for _, r := range s.found(label) {
		names = append(names, strings.TrimPrefix(r.Name, s.label+"_"))
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		s.Errorf("records of %s are %v, want %v", label, names, want)
	}
}

func (s *shelf) sweep() {
	ctx := context.WithoutCancel(s.ctx)
	left, err := s.records.Records(ctx, s.label)
	for _, r := range left {
		err = errors.Join(err, s.records.DropRecord(ctx, r.Name))
	}
	if err != nil {
		s.Errorf("sweep: %v", err)
	}
}

func recordKept(s *shelf) {
	s.put(s.record("one", "a"))
	s.has(s.label, "one")
	for range 2 {
		if err := s.records.DropRecord(s.ctx, s.record("one", "").Name); err != nil {
			s.Errorf("drop: %v", err)
		}
		s.has(s.label)
	}
}

func recordFound(s *shelf) {
	s.put(s.record("two", "b"))
	s.put(s.record("one", "a"))
	s.put(s.record("three", "a"))
	s.has(s.label, "one", "three", "two")
	s.has(s.label+"=a", "one", "three")
	s.has(s.label + "=c")
	s.has(s.label + "-not")
}

func recordStays(s *shelf) {
	s.put(s.record("one", "a"))
	existing, err := s.records.PutRecord(s.ctx, s.record("one", "b"))
	if !errors.Is(err, engine.ErrExists) || existing.Name != s.record("one", "").Name || existing.Labels[s.label] != "a" {
		s.Errorf("put again answers %v and %v, want %v and the first", err, existing, engine.ErrExists)
	}
	if got := s.found(s.label)[0]; got.Labels[s.label] != "a" || len(got.Labels) != 1 {
		s.Errorf("the labels are %v, want those of the first", got.Labels)
	}
}

func onePut(s *shelf) {
	const sides = 8
	var won atomic.Int32
	var group sync.WaitGroup
	for i := range sides {
		group.Go(func() {
			switch _, err := s.records.PutRecord(s.ctx, s.record("one", fmt.Sprint(i))); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, engine.ErrExists):
				s.Errorf("put from many sides answers %v, want nothing or %v", err, engine.ErrExists)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		s.Errorf("%d of %d puts succeeded, want one", won.Load(), sides)
	}
}

func nameFree(s *shelf) {
	s.put(s.record("one", "a"))
	if err := s.records.DropRecord(s.ctx, s.record("one", "").Name); err != nil {
		s.Fatal(err)
	}
	s.put(s.record("one", "b"))
	s.has(s.label+"=b", "one")
}

// recordWhole puts a ConfigMap at its limit.
func recordWhole(s *shelf) {
	large := strings.Repeat("0123456789abcdef", 1<<16)
	r := s.record("one", "a")
	r.Labels["object"] = large
	put, err := s.records.PutRecord(s.ctx, r)
	if err != nil || put.Labels["object"] != large || len(put.Labels) != 2 {
		s.Fatalf("put answers %v and %d labels, want the record", err, len(put.Labels))
	}
	if found := s.found(s.label); len(found) != 1 || found[0].Labels["object"] != large {
		s.Error("the record is not found as it was put")
	}
}
