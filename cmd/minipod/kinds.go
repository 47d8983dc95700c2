package main

import (
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/apiserver/kind"
	"github.com/minipod/minipod/runtime/object"
)

// kindOf is the kind that a word of the command line means: its plural, its
// singular or a short name, with or without the group; nil for none.
func kindOf(word string) *kind.Kind {
	word = strings.ToLower(word)
	for _, k := range kind.New().All() {
		if k.New == nil {
			continue // one that there are no objects of
		}
		bare, group, grouped := strings.Cut(word, ".")
		if grouped && group != k.Group {
			continue
		}
		if bare == k.Plural || bare == k.Singular || slices.Contains(k.Short, bare) {
			return k
		}
	}
	return nil
}

// kindsIn are the kinds that words between commas mean: pods,svc. The word all is
// pods and services, as kubectl has it.
func kindsIn(said string) ([]*kind.Kind, error) {
	var all []*kind.Kind
	for word := range strings.SplitSeq(said, ",") {
		switch k := kindOf(word); {
		case word == allKinds:
			all = append(all, kindOf("pods"), kindOf("services"))
		case k != nil:
			all = append(all, k)
		case elsewhere(word) != "":
			return nil, usage(elsewhere(word), "minipod keeps no %s", word)
		default:
			return nil, usage("minipod get configmaps,secrets", "there is no kind %q", word)
		}
	}
	return all, nil
}

// allKinds is kubectl's word for the kinds that most people look at.
const allKinds = "all"

// saysKinds reports whether a word means kinds, kept or not. A pod may be called so
// too, but for a comma, which is in no name.
func saysKinds(word string) bool {
	return word == allKinds || strings.Contains(word, ",") || kindOf(word) != nil || elsewhere(word) != ""
}

// kindWords are the words that the shell offers for kinds.
func kindWords() []string {
	var words []string
	for _, k := range kind.New().All() {
		if k.New != nil && k.Hooks.Kept != kind.Nowhere {
			words = append(words, k.Plural)
		}
	}
	slices.Sort(words)
	return words
}

// objectName is what kubectl calls an object: configmap/settings.
func objectName(key object.Key) string {
	word := key.Resource
	if k := kind.New().ByResource(key.Resource); k != nil {
		word = k.Singular
		if k.Group != "" {
			word += "." + k.Group
		}
	}
	return word + "/" + key.Name
}

// keyOf names an object of a kind.
func keyOf(k *kind.Kind, namespace, name string) object.Key {
	if !k.Namespaced {
		namespace = ""
	}
	return object.Key{Resource: k.Resource(), Namespace: namespace, Name: name}
}

// splitKeys parts the arguments that name objects from those that name pods.
func splitKeys(args []string, namespace string) (pods []string, keys []object.Key) {
	for _, arg := range args {
		if key, ok := keyIn(arg, namespace); ok {
			keys = append(keys, key)
		} else {
			pods = append(pods, arg)
		}
	}
	return pods, keys
}

// keyIn reads KIND/NAME of an object that is not a pod.
func keyIn(arg, namespace string) (object.Key, bool) {
	word, name, ok := strings.Cut(arg, "/")
	if !ok || name == "" {
		return object.Key{}, false
	}
	k := kindOf(word)
	if k == nil || k.Resource() == kind.Pods {
		return object.Key{}, false
	}
	return keyOf(k, namespace, name), true
}
