package plan

import (
	"github.com/minipod/minipod/runtime/translate"
)

// want is what is wanted of a container now.
type want int

const (
	prepare want = iota // it may be made, but not started
	run                 // it is to run, and again where its policy says so
)

// goal is what is wanted of a unit of a pod that is to run, and why.
type goal struct {
	unit translate.Unit
	want want
	why  string
}

// goals are what is wanted of the units now, by role: regular containers
// start in the order of the manifest, the next when the one before has
// started; an ephemeral one runs as soon as the pod has its pause, whatever
// the others do.
func goals(w World) []goal {
	var list []goal
	up := w.Pause.State == Running
	next := goal{want: run, why: "the containers before it have started"}
	if !up {
		next = goal{want: prepare, why: "the pause does not run yet"}
	}
	for _, u := range w.Want.Units {
		switch u.Kind {
		case translate.App:
			next.unit = u
			list = append(list, next)
			if next.want == run && !w.begun(u) {
				next = goal{want: prepare, why: "container " + u.Name + " has not started yet"}
			}
		case translate.Ephemeral:
			if up {
				list = append(list, goal{unit: u, want: run, why: "it joins a pod that runs"})
			}
		}
	}
	return list
}

// begun reports whether a container has started, so that the one after it may.
func (w World) begun(u translate.Unit) bool {
	c := w.Latest(u.Name)
	switch {
	case c == nil:
		return false
	case c.Ended():
		return !w.anew(u, *c) || !w.restarts(u, *c)
	}
	return c.State == Running && !w.cutOff(*c) && !outdated(u, *c)
}
