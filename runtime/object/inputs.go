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
	for _, name := range needs.Secrets {
		var secret v1.Secret
		if json.Unmarshal(byKey[Key{Secrets, namespace, name}], &secret) == nil {
			in.Secrets[name] = &secret
		}
	}
}
