package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
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
		if w.Want == nil {
			return false
		}
		pod := w.Want.Pod
		return (s.allNamespaces || pod.Namespace == namespace) && wanted.Matches(labels.Set(pod.Labels))
	}, nil
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

// refsOf are the pods of manifests, by name: all that rm -f needs of them.
func refsOf(sources []source, namespace string) ([]translate.Ref, error) {
	var refs []translate.Ref
	for _, s := range sources {
		objects, err := podspec.Parse(s.name, s.data)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			pod := o.Pod()
			switch {
			case pod == nil:
				continue
			case pod.Name == "":
				return nil, podspec.Problems{o.Problem("metadata.generateName", "a pod whose name was made up has to be named")}
			case namespace != "":
				pod.Namespace = namespace
			}
			refs = append(refs, translate.Ref{Namespace: pod.Namespace, Name: pod.Name})
		}
	}
	if len(refs) == 0 {
		return nil, fmt.Errorf("no Pod in %s", sources[0].name)
	}
	return refs, nil
}
