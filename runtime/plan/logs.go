package plan

// Turn says which of a container's attempts is asked for.
type Turn bool

// The turns. They are bools because the flags and parameters of that name are.
const (
	Current  Turn = false
	Previous Turn = true
)

// LogsOf is the attempt whose output is meant; ok is false where none is. The
// rules are the kubelet's (pkg/kubelet/kubelet_pods.go,
// validateContainerLogStatus). The current attempt is the newest that has run.
// The previous one is the one that the status has as its last state: of a
// container that has ended and is going to be started again it is the newest,
// also where that is the only one.
func LogsOf(w World, unit string, turn Turn) (c Container, ok bool) {
	found := w.Latest(unit)
	switch {
	case found == nil:
		return Container{}, false
	case turn == Current && found.begun(), turn == Previous && w.again(*found):
		return *found, !found.Lost
	}
	if found = w.Before(*found); found == nil {
		return Container{}, false
	}
	return *found, !found.Lost
}

// Before is the newest attempt of the same unit that ended before c was made;
// nil when there is none.
func (w World) Before(c Container) *Container {
	var found *Container
	for i := range w.Containers {
		b := &w.Containers[i]
		if b.Unit == c.Unit && b.Attempt < c.Attempt && b.Ended() && (found == nil || b.Attempt > found.Attempt) {
			found = b
		}
	}
	return found
}

// begun reports whether the attempt has run, or was to and could not.
func (c Container) begun() bool { return c.State == Running || c.Ended() }

// again reports whether an attempt has ended and is to be followed by another
// one, soon or when the pod is started again.
func (w World) again(c Container) bool {
	if w.Want == nil || !c.Ended() || w.Intent() == Ended || w.Leaving() {
		return false
	}
	u, ok := w.Want.Unit(c.Unit)
	return ok && w.restarts(u, c)
}
