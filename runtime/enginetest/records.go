package enginetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/minipod/minipod/runtime/engine"
)

// records are the facts that are kept in the engine, by name. The zero value
// is ready for use.
type records struct {
	mu     sync.Mutex
	byName map[string]engine.Record
}

// Records implements node.Records.
func (e *Engine) Records(ctx context.Context, label string) ([]engine.Record, error) {
	r := &e.records
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []engine.Record
	key, value, exact := strings.Cut(label, "=")
	for _, one := range r.byName {
		if has, ok := one.Labels[key]; ok && (!exact || has == value) {
			found = append(found, copied(one))
		}
	}
	slices.SortFunc(found, func(a, b engine.Record) int { return cmp.Compare(a.Name, b.Name) })
	return found, ctx.Err()
}

// PutRecord implements node.Records.
func (e *Engine) PutRecord(ctx context.Context, one engine.Record) (existing engine.Record, err error) {
	if err := ctx.Err(); err != nil {
		return engine.Record{}, err
	}
	r := &e.records
	r.mu.Lock()
	defer r.mu.Unlock()
	if there, ok := r.byName[one.Name]; ok {
		return copied(there), fmt.Errorf("put record %s: %w", one.Name, engine.ErrExists)
	}
	if r.byName == nil {
		r.byName = map[string]engine.Record{}
	}
	r.byName[one.Name] = copied(one)
	return copied(one), nil
}

// DropRecord implements node.Records.
func (e *Engine) DropRecord(ctx context.Context, name string) error {
	r := &e.records
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byName, name)
	return ctx.Err()
}

func copied(r engine.Record) engine.Record {
	labels := maps.Clone(r.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	return engine.Record{Name: r.Name, Labels: labels}
}
