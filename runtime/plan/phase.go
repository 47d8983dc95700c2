package plan

import (
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// Phase is the pod's phase as a node tells it: a pod that comes to its end does
// so when none of its containers runs any more
// (pkg/kubelet/status/status_manager.go, mergePodStatus).
func Phase(w World) v1.PodPhase {
	phase := outcome(w)
	switch {
	case !terminal(phase) || !w.containersRun():
		return phase
	case w.Initialized():
		return v1.PodRunning
	}
	return v1.PodPending
}

// outcome is the pod's phase by what its containers have come to
// (pkg/kubelet/kubelet_pods.go, getPhase).
func outcome(w World) v1.PodPhase {
	if w.Pause == nil || w.Want == nil || len(w.Want.Units) == 0 {
		return v1.PodPending
	}
	if _, _, rejected := Rejection(w); rejected || w.EndReason() != "" {
		return v1.PodFailed
	}
	t := tally(w)
	switch {
	case t.initFailed, t.waiting > 0 && w.endedYoung():
		return v1.PodFailed
	case t.waiting > 0:
		return v1.PodPending
	case t.running > 0 || t.again > 0 && w.Intent() != Ended && !w.Leaving():
		return v1.PodRunning
	case t.failed > 0:
		return v1.PodFailed
	default:
		return v1.PodSucceeded
	}
}

// endedYoung reports whether a pod that is being removed has come to its end,
// with all that was made of it there still: its finalizers keep it. Without
// them its containers may be gone already, and nobody knows how they ended.
func (w World) endedYoung() bool {
	return w.Leaving() && len(w.Want.Pod.Finalizers) > 0 && !w.containersRun()
}

// count are the containers that are waited for before anything has run, that
// run, that have ended badly, and that have ended but will run again.
type count struct {
	waiting, running, failed, again int
	initFailed                      bool // an init container failed for good
}

func tally(w World) count {
	var t count
	initialized := w.Initialized() || w.worked()
	for _, u := range w.Want.Units {
		c := w.Latest(u.Name)
		switch {
		case u.Kind == translate.Init && !initialized:
			t.init(w, u, c)
		case u.Kind == translate.Sidecar:
			t.sidecar(w, u, c, initialized)
		case u.Kind == translate.App:
			t.app(w, u, c)
		}
	}
	return t
}

func (t *count) init(w World, u translate.Unit, c *Container) {
	switch {
	case w.succeeded(u):
	case c != nil && c.Ended() && c.failed() && !w.restarts(u, *c):
		t.initFailed = true
	default:
		t.waiting++
	}
}

// sidecar counts one while it runs; how it ended never matters.
func (t *count) sidecar(w World, u translate.Unit, c *Container, initialized bool) {
	switch {
	case !initialized && !w.begun(u):
		t.waiting++
	case c != nil && c.State == Running:
		t.running++
	}
}

func (t *count) app(w World, u translate.Unit, c *Container) {
	switch {
	case c == nil || c.Attempt == 0 && (c.State == Created && !c.Ended() || w.HookRuns(u, *c)):
		t.waiting++
	case !c.Ended():
		t.running++
	default:
		if w.restarts(u, *c) {
			t.again++
		}
		if c.failed() {
			t.failed++
		}
	}
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
