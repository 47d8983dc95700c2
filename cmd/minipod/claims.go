package main

import (
	"context"
	"slices"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/cmd/minipod/internal/tell"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// claimed wants every claim that pods name to be there, and none that is to be made
// with one: without that a pod would never start.
func claimed(ctx context.Context, e records, pods []manifest.Pod) error {
	var unbound unboundError
	for _, m := range pods {
		needs := translate.Needs{Claims: m.Blueprint.Claims()}
		if len(needs.Claims) == 0 {
			continue
		}
		kept, err := objectsIn(ctx, e, m.Pod().Namespace)
		if err != nil {
			return err
		}
		var in translate.Inputs
		object.Fill(&in, m.Pod().Namespace, needs, kept)
		if missing := m.Blueprint.Unbound(in); missing != nil {
			unbound.Problems = append(unbound.Problems, m.Problem(missing.Field, missing.Message))
			unbound.hints = append(unbound.hints, tell.MissingHint(m, missing))
		}
	}
	if len(unbound.Problems) > 0 {
		return &unbound
	}
	return nil
}

// unboundError says which claims are missing, or in the way.
type unboundError struct {
	podspec.Problems
	hints []string
}

// Hint has what to do about each kind of them, once.
func (e *unboundError) Hint() string {
	slices.Sort(e.hints)
	return strings.Join(slices.Compact(e.hints), "; ")
}
