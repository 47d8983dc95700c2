package main

import (
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/runtime/plan"
)

// selection says which pods a command is about.
type selection struct {
	namespace     string
	allNamespaces bool
	selector      string
}

func (s *selection) register(cmd *cobra.Command) {
	registerNamespace(cmd, &s.namespace)
	cmd.Flags().BoolVarP(&s.allNamespaces, "all-namespaces", "A", false, "pods of all namespaces")
	cmd.Flags().StringVarP(&s.selector, "selector", "l", "", "pods with these `labels`: app=web,tier!=test")
}

// matcher tells which pods are meant.
func (s *selection) matcher(cmd *cobra.Command) (func(plan.World) bool, error) {
	wanted, err := labels.Parse(s.selector)
	if err != nil {
		return nil, usage(seeHelp(cmd), "--selector=%s: %s", s.selector, err)
	}
	namespace := namespaceOr(s.namespace)
	return func(w plan.World) bool {
		if w.Pause == nil {
			return false
		}
		return (s.allNamespaces || w.Namespace == namespace) && wanted.Matches(labelsOf(w))
	}, nil
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
