package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/cmd/minipod/internal/value"
	"github.com/minipod/minipod/runtime/plan"
)

// selection says which pods a command is about.
type selection struct {
	namespace     string
	allNamespaces bool
	selector      labels.Selector // nil for all
}

func (s *selection) register(cmd *cobra.Command) {
	registerNamespace(cmd, &s.namespace)
	cmd.Flags().BoolVarP(&s.allNamespaces, "all-namespaces", "A", false, "pods of all namespaces")
	cmd.Flags().VarP(value.NewSelector(&s.selector), "selector", "l", "pods with these `labels`: app=web,tier!=test")
}

// selects reports whether pods are chosen by their labels.
func (s *selection) selects() bool { return s.selector != nil && !s.selector.Empty() }

func (s *selection) where() string {
	if s.allNamespaces {
		return "in any namespace"
	}
	return "in namespace " + namespaceOr(s.namespace)
}

// none says that there is nothing of what was asked for.
func (s *selection) none(what string) string {
	if s.selects() {
		return fmt.Sprintf("no %s %s match -l %s", what, s.where(), s.selector)
	}
	return "no " + what + " " + s.where()
}

// matcher tells which pods are meant.
func (s *selection) matcher() func(plan.World) bool {
	namespace := namespaceOr(s.namespace)
	return func(w plan.World) bool {
		if w.Pause == nil {
			return false
		}
		return (s.allNamespaces || w.Namespace == namespace) && (!s.selects() || s.selector.Matches(labelsOf(w)))
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
