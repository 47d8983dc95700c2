package plan

import (
	"slices"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// want is what is wanted of a container now.
type want int

const (
	done    want = iota // it has done its work
	hold                // it is not to be made yet; one that is left from before does not run
	prepare             // it may be made, but not started
	run                 // it is to run, and again where its policy says so
)

// goal is what is wanted of a unit of a pod that is to run, and why.
type goal struct {
	unit translate.Unit
	want want
	why  string
}

// goals are what is wanted of the units now, by role. Init containers run one
// after the other, each to its end; a sidecar has to have started for the next
// to run. Regular containers come after them: see stepper.units. An ephemeral
// container runs as soon as the pod has its pause, whatever the others do. held
// is why none is to be made yet; empty where nothing is in the way.
func goals(w World, held string) []goal {
	o := order{World: w, next: goal{want: run, why: "what is before it has started"}, initialized: w.Initialized()}
	switch {
	case held != "":
		o.next = goal{want: hold, why: held}
	case w.Pause.State != Running:
		o.next = goal{want: prepare, why: "the pause does not run yet"}
	case w.severed():
		o.next = goal{want: prepare, why: "what is left from before is to stop first"}
	}
	joins := goal{want: run, why: "it joins a pod that runs"}
	if o.next.want != run {
		joins = goal{want: hold, why: o.next.why}
	}
	for _, u := range w.Want.Units {
		switch u.Kind {
		case translate.Init, translate.Sidecar:
			o.init(u)
		case translate.App:
			o.add(u, o.next)
		case translate.Ephemeral:
			o.add(u, joins)
		}
	}
	return o.goals
}

// order goes through the units; next is what is wanted of the one that comes.
type order struct {
	World
	next        goal
	initialized bool
	goals       []goal
}

func (o *order) add(u translate.Unit, g goal) {
	g.unit = u
	o.goals = append(o.goals, g)
}

// init is for an init container or a sidecar. What comes after it is not made
// before it is through: on a node its environment is read only then.
func (o *order) init(u translate.Unit) {
	if u.Kind == translate.Init && (o.initialized || o.succeeded(u)) {
		o.add(u, goal{want: done, why: "it has done its work"})
		return
	}
	g := o.next
	if g.want == prepare {
		g.want = hold
	}
	o.add(u, g)
	through := o.initialized || u.Kind == translate.Sidecar && o.begun(u)
	if g.want == run && !through {
		o.next = goal{want: hold, why: "init container " + u.Name + " is not through yet"}
	}
	if g.want == hold {
		o.next = goal{want: hold, why: g.why}
	}
}

// severed reports whether a container runs that is from before the pod was last
// begun from nothing.
func (w World) severed() bool {
	return slices.ContainsFunc(w.Containers, func(c Container) bool { return c.State == Running && w.former(c) })
}

// Initialized reports whether the init containers are done with: a regular
// container has run since the pause started. From then on it stays so.
func (w World) Initialized() bool {
	if w.Want == nil {
		return false
	}
	return slices.ContainsFunc(w.Want.Units, func(u translate.Unit) bool {
		c := w.Latest(u.Name)
		return u.Kind == translate.App && c != nil && (c.State == Running || c.Ended()) && !w.former(*c)
	})
}

// former reports whether an attempt is from before the pod was last begun from
// nothing: made for an earlier start of it, or for a pause process that is no
// more.
func (w World) former(c Container) bool { return c.Start < w.start() || w.cutOff(c) }

// succeeded reports whether an init container has done its work.
func (w World) succeeded(u translate.Unit) bool {
	c := w.Latest(u.Name)
	return c != nil && c.Ended() && !c.failed() && !w.former(*c) && !outdated(u, *c)
}

// begun reports whether a container has started, so that the one after it may.
func (w World) begun(u translate.Unit) bool {
	c := w.Latest(u.Name)
	switch {
	case c == nil:
		return false
	case c.Ended():
		return u.Kind != translate.Sidecar && (!w.anew(u, *c) || !w.restarts(u, *c))
	}
	if u.Kind == translate.Sidecar {
		return w.Started(u, *c) && !outdated(u, *c)
	}
	return c.State == Running && !w.former(*c) && !outdated(u, *c) && w.hooked(u, *c)
}

// worked reports whether the regular containers have all ended for good: the
// sidecars are only there for them.
func (w World) worked() bool {
	return w.apps(func(u translate.Unit, c Container) bool { return c.Ended() && !w.restarts(u, c) })
}

// doomed reports whether the regular containers have all ended for good but for
// those that are to be stopped and not to run again, since a probe says so or their
// pause is no more: a node kills the whole pod then, runs no sidecar again and
// makes no other sandbox (kuberuntime_manager.go, computePodActions).
func (w World) doomed() bool {
	return !w.worked() && w.apps(func(u translate.Unit, c Container) bool {
		if c.State == Running {
			return u.Restart == v1.RestartPolicyNever && w.condemned(c) != "" || !w.comesAgain(u)
		}
		return c.Ended() && !w.restarts(u, c)
	})
}

// apps reports whether there are regular containers, and is holds for the newest
// attempt of each.
func (w World) apps(is func(translate.Unit, Container) bool) bool {
	if w.Want == nil {
		return false
	}
	apps := 0
	for _, u := range w.Want.Units {
		if u.Kind != translate.App {
			continue
		}
		apps++
		if c := w.Latest(u.Name); c == nil || !is(u, *c) {
			return false
		}
	}
	return apps > 0
}
