package plan

import (
	"errors"

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

// postStart runs the hook of an attempt that has just been started.
func (s *stepper) postStart(u translate.Unit, c Container) {
	h := u.PostStart()
	if h == nil || s.w.hooked(u, c) || s.w.hookFailed(c) != nil {
		return
	}
	action, err := u.HookAction(h, s.w.addressed())
	if err != nil {
		s.refuse(Wait{Unit: u.Name, Reason: ReasonPostStart, Detail: err.Error()}, Op{Kind: PostStart, Unit: u.Name, Target: c.ID})
		return
	}
	s.do(Op{Kind: PostStart, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Action: &action, Pause: s.w.Pause.ID})
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
	action, err := u.HookAction(u.PreStop(), w.addressed())
	if err != nil {
		return nil
	}
	return &action
}
