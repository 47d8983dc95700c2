package manifest

import (
	"fmt"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/object"
	"github.com/minipod/minipod/runtime/translate"
)

// Names are the pods and the objects of manifests by name.
type Names struct {
	Pods    []translate.Ref
	Objects []object.Key
	// Generated are the pods that are known by their generateName only: it
	// stands for the name.
	Generated []translate.Ref
	// Workloads make pods of templates: more than are among Pods, if there were
	// more replicas when they were run.
	Workloads []Workload
}

// Workload is an object that makes pods of a template: NAME-0 and so on, with these
// labels.
type Workload struct {
	Kind   string
	Ref    translate.Ref
	Labels map[string]string
}

// Made reports whether a pod is probably one of the workload's, by its name and its
// labels: nothing else tells.
func (w Workload) Made(pod *v1.Pod) bool {
	number, ok := strings.CutPrefix(pod.Name, w.Ref.Name+"-")
	if _, err := strconv.ParseUint(number, 10, 31); !ok || err != nil || pod.Namespace != w.Ref.Namespace || len(w.Labels) == 0 {
		return false
	}
	for key, value := range w.Labels {
		if pod.Labels[key] != value {
			return false
		}
	}
	return true
}

// NamesIn reads manifests for the names in them: all that rm -f needs.
func NamesIn(sources []Source, namespace string) (Names, error) {
	var names Names
	taken := false
	for _, s := range sources {
		objects, err := podspec.Named(s.Name, s.Data)
		if err != nil {
			return names, err
		}
		for _, o := range objects {
			taken = taken || o.Taken()
			names.add(o, namespace)
		}
	}
	if !taken {
		return names, fmt.Errorf("no Pod in %s", sources[0].Name)
	}
	return names, nil
}

func (n *Names) add(o *podspec.Object, namespace string) {
	meta := o.Meta()
	if meta == nil { // a kind that is not taken
		return
	}
	if namespace != "" && meta.GetNamespace() != "" {
		meta.SetNamespace(namespace)
	}
	kept, isKept := object.Of(o.Object)
	switch {
	case o.Pod() != nil && meta.GetName() == "":
		n.Generated = append(n.Generated, translate.Ref{Namespace: meta.GetNamespace(), Name: meta.GetGenerateName()})
	case o.Pod() != nil:
		n.Pods = append(n.Pods, translate.Ref{Namespace: meta.GetNamespace(), Name: meta.GetName()})
	case o.MakesPods() && meta.GetName() != "":
		ref := translate.Ref{Namespace: meta.GetNamespace(), Name: meta.GetName()}
		n.Workloads = append(n.Workloads, Workload{o.Kind, ref, o.PodLabels()})
	case isKept && meta.GetName() != "":
		n.Objects = append(n.Objects, kept.Key())
	}
}
