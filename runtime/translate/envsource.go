package translate

import (
	"fmt"
	"strings"
	"unicode/utf8"

	v1 "k8s.io/api/core/v1"
)

// objectSource is a ConfigMap or a Secret that variables come from, and the key of
// one of its values, where one is meant.
type objectSource struct {
	kind      string // ConfigMap or Secret
	name, key string
	optional  bool
	field     string // of the manifest
	namespace string
}

// sourceOf is what an entry of envFrom names; without either it is nothing,
// which validation does not let pass.
func sourceOf(cm *v1.ConfigMapEnvSource, secret *v1.SecretEnvSource) objectSource {
	switch {
	case cm != nil:
		return objectSource{kind: "ConfigMap", name: cm.Name, optional: isTrue(cm.Optional)}
	case secret != nil:
		return objectSource{kind: "Secret", name: secret.Name, optional: isTrue(secret.Optional)}
	}
	return objectSource{optional: true}
}

// keySourceOf is what the source of one variable names.
func keySourceOf(cm *v1.ConfigMapKeySelector, secret *v1.SecretKeySelector) objectSource {
	if cm != nil {
		return objectSource{kind: "ConfigMap", name: cm.Name, key: cm.Key, optional: isTrue(cm.Optional)}
	}
	return objectSource{kind: "Secret", name: secret.Name, key: secret.Key, optional: isTrue(secret.Optional)}
}

func (s objectSource) needs(needs *Needs) {
	switch s.kind {
	case "ConfigMap":
		needs.configMap(s.name)
	case "Secret":
		needs.secret(s.name)
	}
}

// data is what the object holds; there is false where there is no such
// object. Of a ConfigMap the binary data is no environment.
func (s objectSource) data(in Inputs) (data map[string]string, there bool) {
	if s.kind == "ConfigMap" {
		cm := in.ConfigMaps[s.name]
		if cm == nil {
			return nil, false
		}
		return cm.Data, true
	}
	secret := in.Secrets[s.name]
	if secret == nil {
		return nil, false
	}
	data = make(map[string]string, len(secret.Data))
	for key, value := range secret.Data {
		data[key] = string(value)
	}
	return data, true
}

// all is everything that the object holds.
func (s objectSource) all(in Inputs) (map[string]string, *Missing) {
	data, there := s.data(in)
	if !there && !s.optional {
		return nil, s.notFound()
	}
	for _, key := range sortedKeys(data) {
		if missing := s.passable(key, data[key]); missing != nil {
			return nil, missing
		}
	}
	return data, nil
}

// one is the value of the key.
func (s objectSource) one(in Inputs) (value string, known bool, missing *Missing) {
	data, there := s.data(in)
	value, known = data[s.key]
	switch {
	case known:
		return value, true, s.passable(s.key, value)
	case s.optional:
		return "", false, nil
	case !there:
		return "", false, s.notFound()
	}
	message := fmt.Sprintf("couldn't find key %s in %s %s/%s", s.key, s.kind, s.namespace, s.name)
	return "", false, &Missing{Reason: ReasonConfigError, Message: message, Field: s.field, Lack: LackKey, Have: listedKeys(data)}
}

// passable finds a value that no program can be given: the bytes of a Secret
// may be anything, and a variable is text without a NUL.
func (s objectSource) passable(key, value string) *Missing {
	if utf8.ValidString(value) && !strings.Contains(value, "\x00") {
		return nil
	}
	message := fmt.Sprintf("key %s in %s %s/%s is no text: a variable cannot hold it", key, s.kind, s.namespace, s.name)
	return &Missing{Reason: ReasonConfigError, Message: message, Field: s.field}
}

// notFound words it as the kubelet's own copy of the API's objects does.
func (s objectSource) notFound() *Missing {
	kind := "configmap"
	if s.kind == "Secret" {
		kind = "secret"
	}
	return &Missing{Reason: ReasonConfigError, Message: fmt.Sprintf("%s %q not found", kind, s.name), Field: s.field, Lack: LackObject}
}
