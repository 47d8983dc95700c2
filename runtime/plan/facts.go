package plan

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/minipod/minipod/runtime/translate"
)

// Facts are what whoever keeps a pod has found out of its containers, by ID,
// and written down for the others.
type Facts struct {
	Started map[string]time.Time `json:"started,omitempty"`  // when the startup probe had succeeded
	Ready   map[string]time.Time `json:"ready,omitempty"`    // since when the readiness probe says so
	Unready map[string]time.Time `json:"unready,omitempty"`  // since when it says so no more
	Hooked  map[string]time.Time `json:"hookedAt,omitempty"` // when the postStart hook had returned
	Hooking map[string]Claim     `json:"hooking,omitempty"`  // who runs a hook
	Waits   []Told               `json:"waits,omitempty"`    // what failed and keeps containers from their next attempts
	Lost    []Container          `json:"lost,omitempty"`     // that somebody has removed: see World.Recall
	// PreStopped are the containers whose preStop hook has returned, and how much
	// of the grace was over then.
	PreStopped map[string]time.Duration `json:"preStopped,omitempty"`
}

// Told is a Wait for something that failed, as it is written down.
type Told struct {
	Unit    string    `json:"unit,omitempty"`
	Reason  string    `json:"reason"`
	Detail  string    `json:"detail"`
	Until   time.Time `json:"until"`
	Kind    Kind      `json:"kind"`
	Target  string    `json:"target,omitempty"`
	Attempt int       `json:"attempt,omitempty"`
}

// Wait is what was written down as Next had it.
func (t Told) Wait() Wait {
	op := Op{Kind: t.Kind, Unit: t.Unit, Target: t.Target, Attempt: t.Attempt}
	if t.Kind == CheckPath {
		op.HostPath = &translate.HostPath{Path: t.Target}
	}
	return Wait{Unit: t.Unit, Reason: t.Reason, Detail: t.Detail, Until: t.Until, Fault: &Fault{Op: op, Err: errors.New(t.Detail)}}
}

// told are the waits that another process would not find out by looking, as
// they are until the next try has ended.
func (s *stepper) told() []Told {
	var told []Told
	for _, w := range s.failed() {
		switch op := w.Fault.Op; op.Kind {
		case PullImage, CreateUnit, FillVolume, CopyImage, CheckPath:
			told = append(told, Told{w.Unit, faultReason(*w.Fault, true), w.Detail, w.Until.Round(0).UTC(), op.Kind, op.Target, op.Attempt})
		}
	}
	return told
}

// Equal reports whether two are the same.
func (f Facts) Equal(other Facts) bool {
	return slices.Equal(f.Waits, other.Waits) && sameIDs(f.Lost, other.Lost) && maps.EqualFunc(f.Hooked, other.Hooked, time.Time.Equal) && maps.Equal(f.PreStopped, other.PreStopped) &&
		maps.EqualFunc(f.Hooking, other.Hooking, Claim.Equal) && maps.EqualFunc(f.Started, other.Started, time.Time.Equal) &&
		maps.EqualFunc(f.Ready, other.Ready, time.Time.Equal) && maps.EqualFunc(f.Unready, other.Unready, time.Time.Equal)
}

// TakesNotes reports whether anything can be written down of a pod: it is there.
func (w World) TakesNotes() bool {
	return w.Want != nil && w.Pause != nil && w.Pause.State == Running
}

// NeedsFacts reports whether there is anything of a pod to find out: by probes
// and hooks, or why a container is not there.
func (w World) NeedsFacts() bool {
	return w.TakesNotes() && slices.ContainsFunc(w.Want.Units, func(u translate.Unit) bool {
		return u.Probe(translate.Startup) != nil || u.Probe(translate.Readiness) != nil || u.PostStart() != nil || u.PreStop() != nil || w.awaits(u)
	})
}

// awaits reports whether a unit's next attempt is to come.
func (w World) awaits(u translate.Unit) bool {
	c := w.Latest(u.Name)
	return !w.Leaving() && (c == nil || c.Ended() && w.restarts(u, *c))
}

// facts are what is known now.
func (w World) facts() Facts {
	f := Facts{Started: map[string]time.Time{}, Ready: map[string]time.Time{}, Unready: map[string]time.Time{}, Hooked: map[string]time.Time{}, PreStopped: map[string]time.Duration{}}
	for _, u := range w.Want.Units {
		c := w.Latest(u.Name)
		if c == nil || c.State != Running {
			continue
		}
		if u.Probe(translate.Startup) != nil && w.Started(u, *c) {
			f.Started[c.ID] = w.since(w.Facts.Started, *c, translate.Startup)
		}
		if u.PostStart() != nil && w.hooked(u, *c) {
			f.Hooked[c.ID] = w.hookedSince(*c)
		}
		if took, ran := w.preStopped(c.ID); ran {
			f.PreStopped[c.ID] = took
		}
		if u.Probe(translate.Readiness) != nil {
			w.noteReady(f, u, *c)
		}
	}
	return f
}

// noteReady notes since when a container is ready, or is so no more.
func (w World) noteReady(f Facts, u translate.Unit, c Container) {
	_, was := w.Facts.Ready[c.ID]
	ceased, before := w.Facts.Unready[c.ID]
	switch {
	case w.Ready(u, c):
		f.Ready[c.ID] = w.since(w.Facts.Ready, c, translate.Readiness)
	case was:
		f.Unready[c.ID] = w.since(nil, c, translate.Readiness)
	case before:
		f.Unready[c.ID] = ceased
	}
}

// ReadySince is when an attempt that is ready was found to be; the zero time
// where it is as soon as it runs.
func (w World) ReadySince(u translate.Unit, c Container) time.Time {
	var since time.Time
	if u.PostStart() != nil {
		since = w.hookedSince(c)
	}
	if u.Probe(translate.Startup) != nil {
		since = w.since(w.Facts.Started, c, translate.Startup)
	}
	if u.Probe(translate.Readiness) != nil {
		since = w.since(w.Facts.Ready, c, translate.Readiness)
	}
	return since
}

// since is since when a probe says what it says, as was written down or else as
// this process has seen it.
func (w World) since(written map[string]time.Time, c Container, kind translate.ProbeKind) time.Time {
	return cmp.Or(written[c.ID], w.check(c, kind).Since.Round(0).UTC())
}

// note has what was found out written down.
func (s *stepper) note() {
	if !s.w.NeedsFacts() && len(s.claims) == 0 && !s.w.loses() {
		return
	}
	f := s.w.facts()
	f.Waits, f.Hooking, f.Lost = s.told(), s.hooking(), s.w.lost()
	if !f.Equal(s.w.Facts) {
		n := 1
		if last := len(s.w.Notes); last > 0 {
			n = s.w.Notes[last-1].Number + 1
		}
		s.do(Op{Kind: Note, Revision: n, Pod: s.w.Want.Pod, Facts: &f})
	}
}
