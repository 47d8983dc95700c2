package describe

import (
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubectl/pkg/util/fieldpath"
)

func (p *page) environment(pod *v1.Pod, c *v1.Container) {
	if len(c.EnvFrom) > 0 {
		p.line(deep, "Environment Variables from:")
		for _, from := range c.EnvFrom {
			p.envFrom(from)
		}
	}
	if len(c.Env) == 0 {
		p.line(deep, "Environment:\t%s", none)
		return
	}
	p.line(deep, "Environment:")
	for _, e := range c.Env {
		p.variable(pod, e)
	}
}

func (p *page) envFrom(from v1.EnvFromSource) {
	kind, name, optional := "", "", false
	switch {
	case from.ConfigMapRef != nil:
		kind, name, optional = "ConfigMap", from.ConfigMapRef.Name, isTrue(from.ConfigMapRef.Optional)
	case from.SecretRef != nil:
		kind, name, optional = "Secret", from.SecretRef.Name, isTrue(from.SecretRef.Optional)
	}
	if from.Prefix != "" {
		kind += " with prefix '" + from.Prefix + "'"
	}
	p.line(deepest, "%s\t%s\tOptional: %t", name, kind, optional)
}

// variable shows where a value comes from; what a Secret holds is not shown.
func (p *page) variable(pod *v1.Pod, e v1.EnvVar) {
	from := e.ValueFrom
	switch {
	case from == nil:
		for i, part := range strings.Split(e.Value, "\n") {
			name := e.Name + ":"
			if i > 0 {
				name = ""
			}
			p.line(deepest, "%s\t%s", name, part)
		}
	case from.FieldRef != nil:
		value, err := fieldpath.ExtractFieldPathAsString(pod, from.FieldRef.FieldPath)
		if err != nil {
			value = ""
		}
		p.line(deepest, "%s:\t%s (%s:%s)", e.Name, value, from.FieldRef.APIVersion, from.FieldRef.FieldPath)
	case from.ResourceFieldRef != nil:
		p.line(deepest, "%s:\t(%s)", e.Name, from.ResourceFieldRef.Resource)
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		p.line(deepest, "%s:\t<set to the key '%s' in secret '%s'>\tOptional: %t", e.Name, ref.Key, ref.Name, isTrue(ref.Optional))
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		p.line(deepest, "%s:\t<set to the key '%s' of config map '%s'>\tOptional: %t", e.Name, ref.Key, ref.Name, isTrue(ref.Optional))
	}
}

func isTrue(b *bool) bool { return b != nil && *b }
