package main

import (
	"strings"
	"testing"

	"github.com/minipod/minipod/cmd/minipod/internal/tell"
)

// A kind of the whole cluster: what other tests store of it is seen by every
// command, so that no script can want that there is none.
func TestNoneOfAKind(t *testing.T) {
	for word, want := range map[string]string{
		"nodes": "no nodes are kept\nminipod: hint: the engine's machine is the only node: kubectl get nodes shows it, through minipod serve\n",
		"ns":    "no namespaces are kept\nminipod: hint: a namespace is there as soon as a pod is in it: minipod ps -A lists the pods of all; minipod ns POD shows the Linux namespaces of one\n",
		"cm":    "no configmaps are kept in namespace default\n",
	} {
		var told strings.Builder
		(&psFlags{}).tellOfNone(tell.NewConsole(&told), requestedKind{Kind: kindOf(word)})
		if told.String() != want {
			t.Errorf("%s: told %q, want %q", word, told.String(), want)
		}
	}
}
