package plan

import (
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// bring starts what is to run.
func (s *stepper) bring() {
	s.State = Up
	if s.w.Want == nil {
		s.wait(Wait{Reason: ReasonInvalidManifest, Detail: s.w.Invalid})
		return
	}
	if s.gated() || s.unbound() || s.unsandboxed() || s.expired() || s.evicted() {
		return
	}
	if s.w.doomed() {
		s.stopAll()
		s.note()
		return
	}
	contents := s.contents()
	if s.w.Pause.State != Running {
		s.startPause(contents)
	}
	if s.resizePod() {
		return
	}
	s.fill(contents)
	held := s.w.held()
	if s.copyImages() {
		held = "the files of an image are copied to a volume"
	}
	s.surplus()
	if s.w.severed() && !s.w.reset() { // as on a node, in their order
		s.stopAll()
	}
	s.units(goals(s.w, held))
	s.note()
	s.prune()
	s.settle()
}

// units brings the containers to their goals. Regular ones start in the order of
// the manifest, the next when the one before has started; one for which nothing
// can be done now, because something has failed or is missing, keeps no other
// from starting, as on a node.
func (s *stepper) units(all []goal) {
	ahead := false // one is on its way
	for _, g := range all {
		if g.unit.Kind != translate.App || g.want != run {
			s.toward(g)
			continue
		}
		if ahead {
			g.want = prepare
		}
		ops := len(s.Ops)
		s.toward(g)
		c := s.w.Latest(g.unit.Name)
		ahead = ahead || !s.w.begun(g.unit) && (len(s.Ops) > ops || c != nil && c.State == Running)
	}
}

// surplus stops attempts that run beside a later one: someone has started them
// again.
func (s *stepper) surplus() {
	for _, c := range s.w.Containers {
		if latest := s.w.Latest(c.Unit); c.State == Running && latest.ID != c.ID {
			s.do(s.stop(c))
		}
	}
}

// gated keeps a pod that has scheduling gates from starting.
func (s *stepper) gated() bool {
	gates := s.w.Want.Pod.Spec.SchedulingGates
	if len(gates) == 0 || s.w.Pause.State != Created {
		return false
	}
	s.State = Starting
	s.refuse(Wait{Reason: v1.PodReasonSchedulingGated, Detail: "Scheduling is blocked due to non-empty scheduling gates"}, Op{})
	return true
}

// toward does what brings a container to its goal. A container that is not
// there yet keeps the pod starting; the pod does not wait for an ephemeral one.
func (s *stepper) toward(g goal) {
	c := s.w.Latest(g.unit.Name)
	switch {
	case g.want == done:
		return
	case c != nil && c.State == Running && s.w.former(*c) && !s.w.reset(): // see bring
	case c != nil && c.State == Running && (s.w.former(*c) || outdated(g.unit, *c)):
		s.do(s.replace(*c))
	case c != nil && c.State == Running:
		s.running(g.unit, *c)
		return
	case g.want == hold:
	case c == nil:
		s.first(g)
	case c.Ended():
		s.again(g, *c)
		return
	case outdated(g.unit, *c), c.Start != s.w.start(), s.w.misaddressed(g.unit, *c):
		s.do(remove(*c))
	case g.want == run:
		s.do(Op{Kind: StartUnit, Unit: g.unit.Name, Attempt: c.Attempt, Target: c.ID})
	}
	if g.unit.Kind != translate.Ephemeral {
		s.State = Starting
	}
}

// CauseChange is the Op.Cause of a stop because the manifest of a container was
// changed.
const CauseChange = "change"

// replace is the stop of an attempt in whose place another one comes.
func (s *stepper) replace(c Container) Op {
	op := s.stop(c)
	if op.Cause == "" && !s.w.former(c) {
		op.Cause, op.Detail = CauseChange, "its definition was changed"
	}
	return op
}

// running looks after an attempt that runs.
func (s *stepper) running(u translate.Unit, c Container) {
	if kind := s.w.condemned(c); kind != "" {
		s.lastReadiness(c)
		s.do(s.condemn(u, c, kind))
		return
	}
	if err := s.w.hookFailed(c); err != nil {
		s.lastReadiness(c)
		op := s.end(c, s.w.grace())
		op.Cause, op.Detail = CauseHook, "its postStart hook failed: "+err.Error()
		s.do(op)
		return
	}
	if s.resize(u, c) {
		return
	}
	s.postStart(u, c)
	s.probes(u, c)
	if !s.w.Started(u, c) && u.Kind != translate.Ephemeral {
		s.State = Starting
		s.wait(Wait{Unit: u.Name, Reason: ReasonUnhealthy, Detail: s.w.unstarted(u, c)})
	}
}

// condemn is the stop of an attempt that a probe has failed for.
func (s *stepper) condemn(u translate.Unit, c Container, kind translate.ProbeKind) Op {
	op := s.end(c, s.w.probeGrace(u, kind))
	op.Cause, op.Detail = string(kind), fmt.Sprintf("its %s probe failed: %s", kind, s.w.check(c, kind).Output)
	return op
}

// unstarted says what an attempt that runs has still to do before it has
// started.
func (w World) unstarted(u translate.Unit, c Container) string {
	check := w.check(c, translate.Startup)
	switch {
	case !w.hooked(u, c):
		return "its postStart hook has not returned yet"
	case check.At.IsZero():
		return "its startup probe has not returned yet"
	case check.Output == "":
		return "its startup probe has not succeeded often enough yet"
	case !check.Failing:
		return "Startup probe cannot be run: " + check.Output
	}
	return "Startup probe failed: " + check.Output
}

// CauseHook is the Op.Cause of a stop after a hook that failed.
const CauseHook = "postStart"

// first makes the first attempt.
func (s *stepper) first(g goal) {
	if g.unit.Kind == translate.Ephemeral {
		s.createEphemeral(g.unit)
		return
	}
	s.create(g.unit, 0, 0)
}

// again makes the next attempt of a container that has ended, when one is
// wanted and the back-off is over.
func (s *stepper) again(g goal, c Container) {
	u := g.unit
	if !s.w.restarts(u, c) {
		return
	}
	if s.w.fresh(u, c) {
		s.State = Starting
		s.create(u, c.Attempt+1, s.w.freshStep(u, c))
		return
	}
	step := nextBackoff(c)
	until := ended(c).Add(c.delay())
	if s.now.Before(until) {
		s.wait(Wait{Unit: u.Name, Reason: ReasonCrashLoop, Until: until, Detail: backoffMessage(s.w.Want.Pod, u.Name, step)})
		return
	}
	s.State = Starting
	if resets(u, c) {
		s.reset()
		return
	}
	s.create(u, c.Attempt+1, step)
}

// create makes an attempt, after its images are there.
func (s *stepper) create(u translate.Unit, attempt, backoff int) {
	if !s.image(u, attempt) || !s.nonRoot(u) || !s.w.copied(u) {
		return
	}
	request := s.attempt(u, attempt, backoff)
	if request == nil {
		return
	}
	request.Restarted(s.w.restarted(u.Name))
	s.do(Op{Kind: CreateUnit, Unit: u.Name, Attempt: attempt, Target: request.Name, Request: request, Pause: s.w.Pause.ID})
}
