package main

import (
	"context"
	"strings"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// claimed wants every claim that pods name to be there, and none that is to be made
// with one: without that a pod would never start.
func claimed(ctx context.Context, e records, pods []manifest.Pod) error {
	var problems podspec.Problems
	hint := declareHint
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
			problems = append(problems, m.Problem(missing.Field, missing.Message))
			if strings.HasSuffix(missing.Field, ".ephemeral") {
				hint = "a claim of that name is there already; minipod rm --volumes persistentvolumeclaim/NAME removes one and what it holds"
			}
		}
	}
	if len(problems) > 0 {
		return &unboundError{problems, hint}
	}
	return nil
}

// unboundError says which claims are missing, or in the way.
type unboundError struct {
	podspec.Problems
	hint string
}

const declareHint = "declare the claim: a PersistentVolumeClaim of that name, in a file that minipod run gets before the pod's or with it"

func (e *unboundError) Hint() string { return e.hint }
