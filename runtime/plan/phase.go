package plan

import (
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Phase is the pod's phase as the kubelet computes it
// (pkg/kubelet/kubelet_pods.go, getPhase).
func Phase(w World) v1.PodPhase {
	if w.Pause == nil || w.Want == nil || len(w.Want.Units) == 0 {
		return v1.PodPending
	}
	if _, _, rejected := Rejection(w); rejected {
		return v1.PodFailed
	}
	waiting, running, failed, again := tally(w)
	switch {
	case waiting > 0:
		return v1.PodPending
	case running > 0 || again > 0 && w.Intent() != Ended && !w.Leaving():
		return v1.PodRunning
	case failed > 0:
		return v1.PodFailed
	default:
		return v1.PodSucceeded
	}
}

// tally counts the containers that have never run, that run, that have ended
// badly, and that have ended but will run again.
func tally(w World) (waiting, running, failed, again int) {
	for _, u := range w.Want.Units {
		if u.Kind != translate.App {
			continue
		}
		switch c := w.Latest(u.Name); {
		case c == nil || !c.Ended() && c.State == Created && c.Attempt == 0:
			waiting++
		case !c.Ended():
			running++
		default:
			if w.restarts(u, *c) {
				again++
			}
			if c.failed() {
				failed++
			}
		}
	}
	return waiting, running, failed, again
}

func terminal(p v1.PodPhase) bool { return p == v1.PodSucceeded || p == v1.PodFailed }

// Rejection tells whether a pod is turned away before anything of it runs,
// as a node does: the reason, and what is the matter with which field.
func Rejection(w World) (reason, message string, rejected bool) {
	if w.Want == nil || len(w.Containers) > 0 {
		return "", "", false
	}
	fatal := w.Want.Fatal()
	if len(fatal) == 0 {
		return "", "", false
	}
	if fatal[0].Reason != "" {
		return fatal[0].Reason, fatal[0].Message, true
	}
	reasons := make([]string, 0, len(fatal))
	for _, note := range fatal {
		reasons = append(reasons, note.Field+": "+note.Message)
	}
	return ReasonNotSupported, "Pod was rejected: " + strings.Join(reasons, "; "), true
}
