package plan

import (
	"errors"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// hooked reports whether the postStart hook of an attempt has returned, or
// there is none.
func (w World) hooked(u translate.Unit, c Container) bool {
	if u.PostStart() == nil || w.Facts.Hooked[c.ID] {
		return true
	}
	err, ran := w.Hooks[c.ID]
	return ran && err == nil
}

// hookFailed is why the postStart hook of an attempt failed; nil where it has
// not.
func (w World) hookFailed(c Container) error { return w.Hooks[c.ID] }

// hookDone takes the end of a hook in. One that came too late is of a
// container that is gone.
func (m Memory) hookDone(op Op, err error) {
	if !errors.Is(err, ErrStale) {
		m.Hooks[op.Target] = err
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
