package status

import (
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// A kubelet remembers when it saw a condition change. Here the same moments
// are read from what the engine knows: when the pause and the containers were
// created, started and ended.

// born is when the pod came to be; zero before.
func (v view) born() time.Time {
	if v.Pause == nil {
		return time.Time{}
	}
	return v.Pause.Created
}

// built is when the pod's containers were last begun from nothing: when it
// was born, or when its pause process was replaced.
func (v view) built() time.Time {
	for _, c := range v.Containers {
		if v.Stale(c) && !v.ended() {
			return v.Pause.StartedAt
		}
	}
	return v.born()
}

// initializedSince is when the last init container had done its work and the
// last sidecar had started. Where none of that is known it is when the first
// app container started.
func (v view) initializedSince() time.Time {
	if len(v.inits) == 0 {
		return v.born()
	}
	var since time.Time
	for _, u := range v.inits {
		switch c := u.latest; {
		case c == nil:
		case u.kind == translate.Sidecar && c.Attempt == 0:
			since = latest(since, c.StartedAt)
		case u.kind == translate.Init:
			since = latest(since, c.FinishedAt)
		}
	}
	if since.IsZero() {
		since = v.firstStart()
	}
	return latest(since, v.built())
}

// firstStart is when the first of the app containers that are known started.
func (v view) firstStart() time.Time {
	var first time.Time
	for _, c := range v.Containers {
		if v.isApp(c.Unit) && !v.Stale(c) {
			first = earliest(first, c.StartedAt)
		}
	}
	return first
}

// readySince is when the last of the containers that are ready started, or was
// found to be ready.
func (v view) readySince() time.Time {
	var since time.Time
	for _, u := range v.long() {
		if u.latest != nil {
			since = latest(since, u.latest.StartedAt)
			if of, ok := v.Want.Unit(u.Name); ok {
				since = latest(since, v.ReadySince(of, *u.latest))
			}
		}
	}
	return since
}

// unreadySince is when the first of the containers that are not ready ceased
// to be.
func (v view) unreadySince(statuses []v1.ContainerStatus) time.Time {
	var since time.Time
	_, unready := tell(v.long(), statuses, func(_ unit, s v1.ContainerStatus) bool { return s.Ready })
	for _, u := range v.long() {
		for _, name := range unready {
			if name == u.Name {
				since = earliest(since, v.ceased(u))
			}
		}
	}
	if since.IsZero() {
		return v.born()
	}
	return since
}

// ceased is when a container that is not ready ended, or the one before it
// did; for one that never ran, when the pod was born.
func (v view) ceased(u unit) time.Time {
	c := u.latest
	switch {
	case c == nil:
		return v.born()
	case c.Ended():
		return ended(*c)
	case c.State == plan.Running && v.Stale(*c):
		return v.Pause.StartedAt
	case !v.Facts.Unready[c.ID].IsZero(): // else it was never ready
		return v.Facts.Unready[c.ID]
	}
	if before := v.previous(u).Terminated; before != nil {
		return before.FinishedAt.Time
	}
	return v.born()
}

// latest is the later of two times.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earliest is the earlier of two times of which either may be unknown.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
