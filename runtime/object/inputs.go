package object

import (
	"encoding/json"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Fill puts the objects that are needed into the inputs of a pod of the
// namespace. One that cannot be read is as good as none.
func Fill(in *translate.Inputs, namespace string, needs translate.Needs, records []Record) {
	in.ConfigMaps, in.Secrets = map[string]*v1.ConfigMap{}, map[string]*v1.Secret{}
	in.Claims = map[string]*v1.PersistentVolumeClaim{}
	byKey := map[Key][]byte{}
	for _, r := range Newest(records) {
		byKey[r.Key()] = r.JSON
	}
	for _, name := range needs.ConfigMaps {
		var cm v1.ConfigMap
		if json.Unmarshal(byKey[Key{ConfigMaps, namespace, name}], &cm) == nil {
			in.ConfigMaps[name] = &cm
		}
	}
	for _, name := range needs.Claims {
		var claim v1.PersistentVolumeClaim
		if json.Unmarshal(byKey[Key{Claims, namespace, name}], &claim) == nil {
			in.Claims[name] = &claim
		}
	}
	for _, name := range needs.Secrets {
		var secret v1.Secret
		if json.Unmarshal(byKey[Key{Secrets, namespace, name}], &secret) == nil {
			in.Secrets[name] = &secret
		}
	}
}

// ServicesOf are the services of a namespace, of all for an empty one.
func ServicesOf(namespace string, records []Record) []*v1.Service {
	var all []*v1.Service
	for _, r := range Newest(records) {
		var s v1.Service
		if r.Resource == Services && (namespace == "" || r.Namespace == namespace) && json.Unmarshal(r.JSON, &s) == nil {
			all = append(all, &s)
		}
	}
	return all
}
