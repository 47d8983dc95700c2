package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/apiserver/store"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
)

// selection says which pods a command is about.
type selection struct {
	namespace     string
	allNamespaces bool
	selector      labels.Selector // nil for all
	fields        fields.Selector // nil for all
}

func (s *selection) register(cmd *cobra.Command) {
	registerNamespace(cmd, &s.namespace)
	cmd.Flags().BoolVarP(&s.allNamespaces, "all-namespaces", "A", false, "pods of all namespaces")
	cmd.Flags().VarP(value.NewSelector(&s.selector), "selector", "l", "pods with these `labels`: app=web,tier!=test")
	offer(cmd, "selector", completeLabels)
	cmd.Flags().Var(value.NewFields(&s.fields), "field-selector", "pods with these `fields`: status.phase=Failed,metadata.name!=web")
	offer(cmd, "field-selector", cobra.FixedCompletions([]string{"status.phase=", "metadata.name="}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
}

// selects reports whether pods are chosen by their labels or fields.
func (s *selection) selects() bool {
	return s.selector != nil && !s.selector.Empty() || s.fields != nil && !s.fields.Empty()
}

// checkFields wants objects of a kind to be chosen by fields that Kubernetes chooses
// them by.
func (s *selection) checkFields(k *kind.Kind) error {
	if s.fields == nil {
		return nil
	}
	can := k.Selectable(k.New())
	delete(can, "spec.nodeName") // all are on the engine's machine
	for _, r := range s.fields.Requirements() {
		if !can.Has(r.Field) {
			return usage("", "--field-selector: %s are not chosen by %s, but by %s", k.Plural, r.Field, strings.Join(slices.Sorted(maps.Keys(can)), ", "))
		}
	}
	return nil
}

// chooses reports whether an object has the labels and the fields.
func (s *selection) chooses(k *kind.Kind, o store.Object) bool {
	return (s.selector == nil || s.selector.Matches(labels.Set(o.GetLabels()))) && (s.fields == nil || s.fields.Matches(k.Selectable(o)))
}

func (s *selection) where() string {
	if s.allNamespaces {
		return "in any namespace"
	}
	return "in namespace " + namespaceOr(s.namespace)
}

// none says that there is nothing of what was asked for.
func (s *selection) none(what string) string {
	if !s.selects() {
		return "no " + what + " " + s.where()
	}
	var said []string
	if s.selector != nil {
		said = append(said, "-l "+s.selector.String())
	}
	if s.fields != nil {
		said = append(said, "--field-selector="+s.fields.String())
	}
	return fmt.Sprintf("no %s %s match %s", what, s.where(), strings.Join(said, " "))
}

// matcher tells which pods are meant.
func (s *selection) matcher() func(plan.World) bool {
	namespace := namespaceOr(s.namespace)
	pods := kindOf("pods")
	return func(w plan.World) bool {
		if w.Pause == nil || !s.allNamespaces && w.Namespace != namespace {
			return false
		}
		if s.selector != nil && !s.selector.Matches(labelsOf(w)) {
			return false
		}
		return s.fields == nil || s.fields.Matches(pods.Selectable(status.Pod(w, time.Now())))
	}
}

// labelsOf are the pod's labels; none are known where its manifest cannot be
// read.
func labelsOf(w plan.World) labels.Set {
	if w.Want == nil {
		return nil
	}
	return w.Want.Pod.Labels
}

// choose are the pods among those of the engine that are meant.
func choose(worlds []plan.World, match func(plan.World) bool) []plan.World {
	var chosen []plan.World
	for _, w := range worlds {
		if match(w) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}
