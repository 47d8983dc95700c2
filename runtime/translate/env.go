package translate

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubectl/pkg/util/fieldpath"

	"github.com/minipod/minipod/podspec/kube"
)

// variables is a container's environment in the order it is written.
type variables []variable

type variable struct{ name, value string }

func (vs variables) list() []string {
	list := make([]string, 0, len(vs))
	for _, v := range vs {
		list = append(list, v.name+"="+v.value)
	}
	return list
}

// values are what $(NAME) stands for.
func (vs variables) values() map[string]string {
	m := make(map[string]string, len(vs))
	for _, v := range vs {
		m[v.name] = v.value
	}
	return m
}

func (vs variables) with(name, value string) variables {
	for i := range vs {
		if vs[i].name == name {
			vs[i].value = value
			return vs
		}
	}
	return append(vs, variable{name, value})
}

// env is the environment that the manifest gives a container. A value sees
// the variables before it; the last of two of one name wins.
func (b *Blueprint) env(u Unit) variables {
	var vs variables
	for _, e := range u.Container.Env {
		if e.ValueFrom == nil {
			vs = vs.with(e.Name, kube.Expand(e.Value, vs.values()))
			continue
		}
		if value, ok := fieldValue(b.Pod, e.ValueFrom.FieldRef); ok {
			vs = vs.with(e.Name, value)
		}
	}
	return vs
}

// fieldValue reads a field that is known before the pod runs.
func fieldValue(pod *v1.Pod, ref *v1.ObjectFieldSelector) (string, bool) {
	if ref == nil {
		return "", false
	}
	if ref.FieldPath == "spec.serviceAccountName" {
		return pod.Spec.ServiceAccountName, true
	}
	value, err := fieldpath.ExtractFieldPathAsString(pod, ref.FieldPath)
	return value, err == nil
}

func expandAll(words []string, env variables) []string {
	var list []string
	values := env.values()
	for _, w := range words {
		list = append(list, kube.Expand(w, values))
	}
	return list
}
