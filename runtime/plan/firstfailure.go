package plan

import "github.com/minipod/minipod/runtime/translate"

// FirstFailure is the container of a pod that ended badly before the others
// did: the newest attempt of it. Sidecars and ephemeral containers do not
// decide how a pod ends. One that was killed with the exit code 0 does not
// count; ok is false where there is none.
func FirstFailure(w World) (first Container, ok bool) {
	if w.Want == nil {
		return Container{}, false
	}
	for _, u := range w.Want.Units {
		c := w.Latest(u.Name)
		if u.Kind != translate.Init && u.Kind != translate.App || c == nil || !c.Ended() || c.ExitCode == 0 {
			continue
		}
		if !ok || c.FinishedAt.Before(first.FinishedAt) {
			first, ok = *c, true
		}
	}
	return first, ok
}
