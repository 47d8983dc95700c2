package explain

import (
	"fmt"
	"maps"
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// ask is a ConfigMap or a Secret that a pod wants to be there, or a key of one.
type ask struct{ kind, name, key string }

const (
	configMap = "configmap"
	secret    = "secret"
)

func (a ask) String() string {
	if a.key == "" {
		return a.kind + " " + a.name
	}
	return fmt.Sprintf("key %s of %s %s", a.key, a.kind, a.name)
}

// suppose has something stand for the ConfigMaps and Secrets that a pod wants and
// inputs do not have, and for their keys, so that all of the pod can be shown.
// missing names them.
func suppose(pod *v1.Pod, in translate.Inputs) (supposed translate.Inputs, missing []string) {
	in.ConfigMaps, in.Secrets = copied(in.ConfigMaps), copied(in.Secrets)
	gone := map[ask]bool{}
	for _, a := range asks(pod) {
		whole := ask{kind: a.kind, name: a.name}
		if supply(in, whole) {
			gone[whole] = true
			missing = append(missing, whole.String())
		}
		if a.key != "" && supply(in, a) && !gone[whole] {
			missing = append(missing, a.String())
		}
	}
	return in, missing
}

// supply puts what is asked for into inputs where it is missing.
func supply(in translate.Inputs, a ask) (missing bool) {
	if a.kind == configMap {
		return supplied(in.ConfigMaps, a, func(c *v1.ConfigMap) bool {
			_, text := c.Data[a.key]
			_, binary := c.BinaryData[a.key]
			return text || binary
		}, func(c *v1.ConfigMap) *v1.ConfigMap {
			c = c.DeepCopy()
			c.Data = copied(c.Data)
			c.Data[a.key] = standIn(a)
			return c
		})
	}
	return supplied(in.Secrets, a, func(s *v1.Secret) bool {
		_, there := s.Data[a.key]
		return there
	}, func(s *v1.Secret) *v1.Secret {
		s = s.DeepCopy()
		s.Data = copied(s.Data)
		s.Data[a.key] = []byte(standIn(a))
		return s
	})
}

// supplied is supply for one kind of objects.
func supplied[T any](objects map[string]*T, a ask, has func(*T) bool, with func(*T) *T) (missing bool) {
	switch o := objects[a.name]; {
	case o == nil:
		objects[a.name] = new(T)
		return true
	case a.key != "" && !has(o):
		objects[a.name] = with(o)
		return true
	}
	return false
}

// standIn is what stands for a value.
func standIn(a ask) string { return "<" + a.String() + ">" }

func copied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// asks are what the containers and volumes of a pod want to be there.
func asks(pod *v1.Pod) []ask {
	var all []ask
	want := func(kind, name string, optional *bool, keys ...string) {
		if optional != nil && *optional {
			return
		}
		all = append(all, ask{kind: kind, name: name})
		for _, key := range keys {
			all = append(all, ask{kind, name, key})
		}
	}
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		environmentAsks(c, want)
	}
	for _, v := range pod.Spec.Volumes {
		if v.ConfigMap != nil {
			want(configMap, v.ConfigMap.Name, v.ConfigMap.Optional, keysOf(v.ConfigMap.Items)...)
		}
		if v.Secret != nil {
			want(secret, v.Secret.SecretName, v.Secret.Optional, keysOf(v.Secret.Items)...)
		}
		if v.Projected == nil {
			continue
		}
		for _, p := range v.Projected.Sources {
			if p.ConfigMap != nil {
				want(configMap, p.ConfigMap.Name, p.ConfigMap.Optional, keysOf(p.ConfigMap.Items)...)
			}
			if p.Secret != nil {
				want(secret, p.Secret.Name, p.Secret.Optional, keysOf(p.Secret.Items)...)
			}
		}
	}
	return all
}

func environmentAsks(c v1.Container, want func(kind, name string, optional *bool, keys ...string)) {
	for _, from := range c.EnvFrom {
		if r := from.ConfigMapRef; r != nil {
			want(configMap, r.Name, r.Optional)
		}
		if r := from.SecretRef; r != nil {
			want(secret, r.Name, r.Optional)
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		if r := e.ValueFrom.ConfigMapKeyRef; r != nil {
			want(configMap, r.Name, r.Optional, r.Key)
		}
		if r := e.ValueFrom.SecretKeyRef; r != nil {
			want(secret, r.Name, r.Optional, r.Key)
		}
	}
}

func keysOf(items []v1.KeyToPath) []string {
	var keys []string
	for _, item := range items {
		keys = append(keys, item.Key)
	}
	return keys
}
