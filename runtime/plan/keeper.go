package plan

import (
	"slices"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// NeedsKeeper reports whether something may be to be done later for a pod,
// which nobody does unless somebody keeps it: of one that is wanted its
// containers end, or probes find that they are ill; of one that is to end
// something runs still. A pod that has come to rest needs nobody, nor does one
// that waits for its manifest to be changed.
func NeedsKeeper(w World) bool {
	switch {
	case w.Want == nil:
		return false
	case w.Leaving():
		return len(w.Want.Pod.Finalizers) == 0 || w.runs()
	case w.Pause == nil:
		return false // it is not made yet: whoever makes it is there
	case w.Intent() == Wanted:
		return len(w.Want.Pod.Spec.SchedulingGates) == 0 || w.Pause.State != Created
	}
	return w.runs()
}

// runs reports whether anything of the pod runs.
func (w World) runs() bool {
	return w.Pause != nil && w.Pause.State == Running || w.containersRun()
}

func (w World) containersRun() bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool { return c.State == Running })
}

// unattended is how long nothing happens to a pod that nobody keeps, though
// something is to be done.
const unattended = 5 * time.Second

// Unattended reports whether something is to be done for a pod and nobody seems
// to be doing it. What takes its time does not count: while an image is pulled
// or a postStart hook runs, nothing else is seen of who does it, nor while
// containers have their grace to end in. Nor does what is only to be written down.
func Unattended(w World, now time.Time) bool {
	idle := now.Sub(w.LastChange())
	if !NeedsKeeper(w) || idle < unattended {
		return false
	}
	ops := Next(w, now).Ops
	switch {
	case w.Intent() == Wanted:
	case w.asked().IsZero(): // nor is it known how long it has had
		return false
	case w.containersRun() && idle < unattended+w.grace():
		return false
	}
	return slices.ContainsFunc(ops, func(op Op) bool { return op.Kind != PullImage && op.Kind != PostStart && op.Kind != Note })
}

// waitTime is how long nothing happens to a pod that waits before it is told that
// nobody will go on with it.
const waitTime = 10 * time.Second

// WaitsForKeeper are what a pod that is wanted waits for, and after which somebody
// has to go on with it, such as the end of a back-off. Nobody is seen at work
// until then: whether somebody will be is to be known otherwise.
func WaitsForKeeper(w World, now time.Time) []Wait {
	if !NeedsKeeper(w) || w.Intent() != Wanted || now.Sub(w.LastChange()) < waitTime {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(Next(w, now).Waits), func(t Wait) bool {
		u, known := w.Want.Unit(t.Unit)
		return t.Fault == nil && t.Until.IsZero() || known && u.Kind == translate.Ephemeral
	})
}

// stops reports whether an operation lasts as long as a container's end.
func (op Op) stops() bool { return op.Kind == StopUnit || op.Kind == PreStop }

// asked is when that was written down which is wanted of the pod.
func (w World) asked() time.Time {
	if n := len(w.Revisions); n > 0 {
		return w.Revisions[n-1].Made
	}
	return time.Time{}
}

// LastChange is when something was last asked of the pod, or its pause or a
// container was made, started or ended.
func (w World) LastChange() time.Time {
	last := w.asked()
	later := func(times ...time.Time) {
		for _, t := range times {
			if t.After(last) {
				last = t
			}
		}
	}
	if p := w.Pause; p != nil {
		later(p.Created, p.StartedAt, p.FinishedAt)
	}
	for _, c := range w.Containers {
		later(c.Created, c.StartedAt, c.FinishedAt)
	}
	return last
}
