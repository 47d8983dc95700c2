package tell

import (
	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/runtime/translate"
)

// MissingHint is what to do about something that a pod refers to and that is not as
// it wants it; empty where nothing is.
func MissingHint(m manifest.Pod, missing *translate.Missing) string {
	switch missing.Lack {
	case translate.LackObject:
		return "minipod run FILE stores it, of a manifest that has it; --wait=created has the pod wait for it"
	case translate.LackKey:
		if missing.Have == "" {
			return "it is there and holds nothing that can be used here"
		}
		return "its keys are " + missing.Have
	case translate.LackContainer:
		return "the containers of the pod are " + missing.Have
	case translate.LackClaim:
		return "declare a PersistentVolumeClaim of that name; minipod run takes its file before the pod's or with it"
	case translate.LackOwnClaim:
		claim := translate.Ref{Namespace: m.Blueprint.Pod.Namespace, Name: "persistentvolumeclaim/" + missing.Have}
		return "a claim of that name is there already; " + Command("rm --volumes", claim) + " removes it and what it holds"
	case translate.LackRuntime:
		return "docker info lists the runtimes that the engine has"
	case translate.LackHostname:
		return "a hostname has at most 64 characters; make name or subdomain shorter, or leave setHostnameAsFQDN out"
	}
	return ""
}
