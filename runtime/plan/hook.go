package plan

import (
	"cmp"
	"errors"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// hooked reports whether the postStart hook of an attempt has returned, or
// there is none.
func (w World) hooked(u translate.Unit, c Container) bool {
	return u.PostStart() == nil || !w.hookedSince(c).IsZero()
}

// hookedSince is when the postStart hook of an attempt has returned; the zero time
// where it has not.
func (w World) hookedSince(c Container) time.Time {
	if end := w.Hooks[c.ID]; end.Err == nil && !end.At.IsZero() {
		return cmp.Or(w.Facts.Hooked[c.ID], end.At.Round(0).UTC())
	}
	return w.Facts.Hooked[c.ID]
}

// HookRuns reports whether an attempt runs of which the postStart hook has not
// returned yet. To a node, which waits for the hook, it is not running before that
// (pkg/kubelet/kuberuntime/kuberuntime_container.go, startContainer); of a pod that
// is ended meanwhile it is.
func (w World) HookRuns(u translate.Unit, c Container) bool {
	return c.State == Running && w.Intent() == Wanted && !w.former(c) && !outdated(u, c) && !w.hooked(u, c)
}

// HookEnd is when a postStart hook has returned, and why it failed.
type HookEnd struct {
	At  time.Time
	Err error
}

// hookFailed is why the postStart hook of an attempt failed; nil where it has
// not.
func (w World) hookFailed(c Container) error { return w.Hooks[c.ID].Err }

// hookDone takes the end of a hook in. One that came too late is of a
// container that is gone.
func (m Memory) hookDone(op Op, err error, now time.Time) {
	if !errors.Is(err, ErrStale) {
		m.Hooks[op.Target] = HookEnd{At: now, Err: err}
	}
}

// postStart runs the hook of an attempt that has just been started, once it is
// written down that this process does.
func (s *stepper) postStart(u translate.Unit, c Container) {
	h := u.PostStart()
	if h == nil || s.w.hooked(u, c) || s.w.hookFailed(c) != nil || !s.hold(c) {
		return
	}
	action, _ := u.HookAction(h, s.w.addressed()) // one that is not able fails
	s.do(Op{Kind: PostStart, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Action: &action, Pause: s.w.Pause.ID})
}

// preStopped is how much of the grace was over when the preStop hook of a
// container had returned; not ran where it has not yet.
func (w World) preStopped(id string) (took time.Duration, ran bool) {
	if took, ran = w.PreStopped[id]; ran {
		return took, true
	}
	took, ran = w.Facts.PreStopped[id]
	return took, ran
}

// PreStopDone reports whether the preStop hook of a container has returned.
func (w World) PreStopDone(id string) bool {
	_, ran := w.preStopped(id)
	return ran
}

// preStop is the hook that goes before a stop of an attempt; nil for none.
func (w World) preStop(c Container) *translate.Action {
	if w.Want == nil || w.Pause == nil {
		return nil
	}
	u, ok := w.Want.Unit(c.Unit)
	if !ok || u.PreStop() == nil {
		return nil
	}
	action, _ := u.HookAction(u.PreStop(), w.addressed())
	return &action
}
