package plan

import (
	"maps"
	"slices"

	"github.com/minipod/minipod/runtime/translate"
)

// Facts are what whoever keeps a pod has found out of its containers, by ID,
// and written into its pause for the others.
type Facts struct {
	Started map[string]bool `json:"started,omitempty"` // the startup probe has succeeded
	Ready   map[string]bool `json:"ready,omitempty"`   // the readiness probe has
	Hooked  map[string]bool `json:"hooked,omitempty"`  // the postStart hook has returned
}

// Equal reports whether two are the same.
func (f Facts) Equal(other Facts) bool {
	return maps.Equal(f.Started, other.Started) && maps.Equal(f.Ready, other.Ready) && maps.Equal(f.Hooked, other.Hooked)
}

// NeedsFacts reports whether there is anything of a pod to find out.
func NeedsFacts(b *translate.Blueprint) bool {
	return b != nil && slices.ContainsFunc(b.Units, func(u translate.Unit) bool {
		return u.Probe(translate.Startup) != nil || u.Probe(translate.Readiness) != nil || u.PostStart() != nil
	})
}

// facts are what is known now.
func (w World) facts() Facts {
	f := Facts{Started: map[string]bool{}, Ready: map[string]bool{}, Hooked: map[string]bool{}}
	for _, u := range w.Want.Units {
		c := w.Latest(u.Name)
		if c == nil || c.State != Running {
			continue
		}
		note(f.Started, c.ID, u.Probe(translate.Startup) != nil && w.Started(u, *c))
		note(f.Ready, c.ID, u.Probe(translate.Readiness) != nil && w.Ready(u, *c))
		note(f.Hooked, c.ID, u.PostStart() != nil && w.hooked(u, *c))
	}
	return f
}

func note(m map[string]bool, id string, is bool) {
	if is {
		m[id] = true
	}
}

// note has what was found out written down.
func (s *stepper) note() {
	if !NeedsFacts(s.w.Want) || s.w.Pause.State != Running {
		return
	}
	if f := s.w.facts(); !f.Equal(s.w.Facts) {
		s.do(Op{Kind: Note, Target: s.w.Pause.ID, Facts: &f})
	}
}
