package manifest

import (
	"slices"

	"github.com/minipod/minipod/runtime/object"
)

// Absent are the ConfigMaps, Secrets and claims that a pod refers to, also
// those that it can do without, and that no manifest here has.
func (r *Reading) Absent(m Pod) []object.Key {
	needs := m.Blueprint.Needs(m.Blueprint.Units)
	var absent []object.Key
	for _, of := range []struct {
		resource string
		names    []string
	}{
		{object.ConfigMaps, needs.ConfigMaps},
		{object.Secrets, slices.Concat(needs.Secrets, needs.PullSecrets)},
		{object.Claims, m.Blueprint.NamedClaims()},
	} {
		for _, name := range of.names {
			key := object.Key{Resource: of.resource, Namespace: m.Pod().Namespace, Name: name}
			if !r.has(key) && !slices.Contains(absent, key) {
				absent = append(absent, key)
			}
		}
	}
	return absent
}

func (r *Reading) has(key object.Key) bool {
	return slices.ContainsFunc(r.Objects, func(o Object) bool { return o.Kept.Key() == key })
}
