package translate

import (
	"cmp"
	"fmt"
	"maps"

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

// over are the values of both, of which those here win.
func (vs variables) over(others variables) map[string]string {
	m := others.values()
	maps.Copy(m, vs.values())
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

// env is the environment that the manifest gives a container, as the kubelet
// puts it together (pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables):
// envFrom first, then env. A value sees the variables before it and those of
// services; the last of two of one name wins. What is said of services comes
// last, where the manifest does not say it itself.
func (u Unit) env(in Inputs) (variables, *Missing) {
	var vs variables
	services, missing := u.services(in)
	if missing != nil {
		return nil, missing
	}
	for i, from := range u.Container.EnvFrom {
		s := sourceOf(from.ConfigMapRef, from.SecretRef)
		s.field, s.namespace = fmt.Sprintf("%s.envFrom[%d]", u.Path, i), u.pod.Namespace
		data, missing := s.all(in)
		if missing != nil {
			return nil, missing
		}
		for _, key := range sortedKeys(data) {
			vs = vs.with(from.Prefix+key, data[key])
		}
	}
	for i, e := range u.Container.Env {
		if e.ValueFrom == nil {
			vs = vs.with(e.Name, kube.Expand(e.Value, vs.over(services)))
			continue
		}
		value, known, missing := u.valueFrom(e.ValueFrom, fmt.Sprintf("%s.env[%d].valueFrom", u.Path, i), in)
		if missing != nil {
			return nil, missing
		}
		if known {
			vs = vs.with(e.Name, value)
		}
	}
	own := vs.values()
	for _, s := range services {
		if _, said := own[s.name]; !said {
			vs = append(vs, s)
		}
	}
	return vs, nil
}

// services are the variables that tell where services are: that of the API
// whatever enableServiceLinks says, as on a node.
func (u Unit) services(in Inputs) (variables, *Missing) {
	var all []*v1.Service
	if u.api && in.API == nil {
		return nil, noAPI(u.Path)
	}
	if u.api {
		all = append(all, kube.APIService(in.API.Host, in.API.Port))
	}
	if linked(u.pod) {
		all = append(all, in.Services...)
	}
	var vs variables
	for _, e := range kube.ServiceVariables(all) {
		vs = vs.with(e.Name, e.Value)
	}
	return vs, nil
}

// linked tells whether a pod is told of the services of its namespace, as it
// is where it does not say.
func linked(pod *v1.Pod) bool {
	return pod.Spec.EnableServiceLinks == nil || *pod.Spec.EnableServiceLinks
}

// valueFrom is the value of one variable; known is false for one that is left
// out, because it is optional, or because a Note says that its source is not
// read.
func (u Unit) valueFrom(from *v1.EnvVarSource, field string, in Inputs) (value string, known bool, missing *Missing) {
	switch {
	case from.FieldRef != nil:
		value, missing = u.fieldValue(from.FieldRef.FieldPath, in)
		return value, missing == nil, missing
	case from.ResourceFieldRef != nil:
		a, err := u.asker.allotment(from.ResourceFieldRef)
		if err != nil {
			missing = noContainer(u.pod, err, field+".resourceFieldRef.containerName")
			missing.Reason = ReasonConfigError
			return "", false, missing
		}
		value, missing = a.value(in)
		return value, missing == nil, missing
	case from.ConfigMapKeyRef != nil, from.SecretKeyRef != nil:
		s := keySourceOf(from.ConfigMapKeyRef, from.SecretKeyRef)
		s.field, s.namespace = field, u.pod.Namespace
		return s.one(in)
	case from.FileKeyRef != nil:
		return fileValue(from.FileKeyRef, field, in)
	}
	return "", false, nil
}

// fieldValue reads a field of the pod.
func (u Unit) fieldValue(path string, in Inputs) (string, *Missing) {
	if _, late := lateField(u.pod, path); late {
		return lateValue(u.pod, path, in)
	}
	switch path {
	case "spec.serviceAccountName":
		return cmp.Or(u.pod.Spec.ServiceAccountName, "default"), nil // as the API server fills it in
	case FieldNodeName:
		return u.pod.Spec.NodeName, nil
	}
	value, err := fieldpath.ExtractFieldPathAsString(u.pod, path)
	if err != nil { // which validation does not let pass
		return "", &Missing{Reason: ReasonConfigError, Message: err.Error(), Field: u.Path + ".env"}
	}
	return value, nil
}

// environmentNeeds adds what the environment of a unit asks for.
func (u Unit) environmentNeeds(needs *Needs) {
	for _, from := range u.Container.EnvFrom {
		sourceOf(from.ConfigMapRef, from.SecretRef).needs(needs)
	}
	for _, e := range u.Container.Env {
		switch from := e.ValueFrom; {
		case from == nil:
		case from.FieldRef != nil:
			n, _ := lateField(u.pod, from.FieldRef.FieldPath)
			needs.Machine, needs.PodIPs = needs.Machine || n.Machine, needs.PodIPs || n.PodIPs
		case from.ResourceFieldRef != nil:
			if a, err := u.asker.allotment(from.ResourceFieldRef); err == nil {
				a.needs(needs)
			}
		case from.ConfigMapKeyRef != nil, from.SecretKeyRef != nil:
			keySourceOf(from.ConfigMapKeyRef, from.SecretKeyRef).needs(needs)
		case from.FileKeyRef != nil:
			needs.Files = once(needs.Files, fileOf(from.FileKeyRef))
		}
	}
}

func expandAll(words []string, env variables) []string {
	var list []string
	values := env.values()
	for _, w := range words {
		list = append(list, kube.Expand(w, values))
	}
	return list
}
