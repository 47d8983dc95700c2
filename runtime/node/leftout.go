package node

import (
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// LeftOut implements apiserver.Pods. A field that is most often a default
// says nothing about what the user wanted.
func (n *Node) LeftOut(pod *v1.Pod) []string {
	b := translate.New(pod, translate.Options{Seccomp: n.profiles(pod), UnsafeSysctls: n.allowed.UnsafeSysctls, API: n.allowed.API})
	reason, _, rejected := plan.Rejection(plan.World{Want: b})
	fatal := b.Fatal()
	var lines []string
	for _, note := range b.Notes {
		line := note.Field + ": " + note.Message
		switch note.Field {
		case "spec.serviceAccount":
			continue
		}
		if rejected && slices.Contains(fatal, note) {
			line += ": the pod will fail with reason " + reason
		}
		lines = append(lines, line)
	}
	return lines
}
