package plan

import (
	"errors"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/translate"
)

// ProbeWarning is the error of a probe that was run and has succeeded, though
// not as it should.
type ProbeWarning struct{ Output string }

func (w *ProbeWarning) Error() string { return w.Output }

// ProbeBroken is the error of a probe whose answer broke off: it counts as little as
// one that could not be run.
type ProbeBroken struct{ Err error }

func (b *ProbeBroken) Error() string { return b.Err.Error() }

func (b *ProbeBroken) Unwrap() error { return b.Err }

// ProbeFailure is the error of a probe or hook that was run and has failed:
// what it saw. Any other error says that it could not be run.
type ProbeFailure struct{ Output string }

func (f *ProbeFailure) Error() string { return f.Output }

// Check is what a process knows of a probe of one attempt.
type Check struct {
	At      time.Time // when it was run last
	Failing bool      // the last result
	Count   int       // of equal results, one after the other
	// Passed and Failed say that the threshold was reached; at most one is true.
	Passed, Failed bool
	Since          time.Time // when that changed last
	Output         string    // why the last one failed, or could not be run
}

func checkKey(container string, kind translate.ProbeKind) string {
	return string(kind) + " " + container
}

// check is what is known of a probe of an attempt by this process, if it is the one
// that runs it.
func (w World) check(c Container, kind translate.ProbeKind) Check {
	if w.Kept {
		return Check{}
	}
	return w.Checks[checkKey(c.ID, kind)]
}

// checked takes the result of a probe in. One that could not be run, or came
// too late, changes nothing but when it is run again.
func (m Memory) checked(op Op, err error, now time.Time) {
	key := checkKey(op.Target, op.Check)
	check := m.Checks[key]
	check.At, check.Output = now, ""
	if errors.As(err, new(*ProbeWarning)) {
		err = nil
	}
	if err != nil {
		check.Output = err.Error()
	}
	var failure *ProbeFailure
	if failing := errors.As(err, &failure); failing || err == nil {
		if failing != check.Failing {
			check.Failing, check.Count = failing, 0
		}
		check.Count++
		if passed, failed := check.Passed, check.Failed; check.judge(op.Probe) && (passed != check.Passed || failed != check.Failed) {
			check.Since = now
		}
	}
	m.Checks[key] = check
}

// judge holds the results against the thresholds, and reports whether one was
// reached.
func (c *Check) judge(p *v1.Probe) bool {
	switch {
	case c.Failing && c.Count >= int(p.FailureThreshold):
		c.Passed, c.Failed = false, true
	case !c.Failing && c.Count >= int(p.SuccessThreshold):
		c.Passed, c.Failed = true, false
	default:
		return false
	}
	return true
}

// Started reports whether an attempt has started, in the kubelet's sense: it
// runs, its postStart hook has returned and its startup probe has succeeded.
func (w World) Started(u translate.Unit, c Container) bool {
	if c.State != Running || w.former(c) || !w.hooked(u, c) {
		return false
	}
	return u.Probe(translate.Startup) == nil || w.check(c, translate.Startup).Passed || !w.Facts.Started[c.ID].IsZero()
}

// Ready reports whether an attempt is ready: it has started, and its readiness
// probe says so.
func (w World) Ready(u translate.Unit, c Container) bool {
	if !w.Started(u, c) {
		return false
	}
	check := w.check(c, translate.Readiness)
	switch {
	case u.Probe(translate.Readiness) == nil, check.Passed:
		return true
	}
	return !check.Failed && !w.Facts.Ready[c.ID].IsZero()
}

// condemned reports which probe has an attempt stopped; empty for none.
func (w World) condemned(c Container) translate.ProbeKind {
	for _, kind := range []translate.ProbeKind{translate.Startup, translate.Liveness} {
		if w.check(c, kind).Failed {
			return kind
		}
	}
	return ""
}

// probes runs the probes of an attempt that are due.
func (s *stepper) probes(u translate.Unit, c Container) {
	if s.w.former(c) || !s.w.hooked(u, c) || s.w.condemned(c) != "" {
		return
	}
	if s.w.Kept {
		if slices.ContainsFunc(translate.ProbeKinds(), func(kind translate.ProbeKind) bool { return u.Probe(kind) != nil }) {
			s.wake(s.now.Add(courtesy)) // whoever keeps it may leave
		}
		return
	}
	started := s.w.Started(u, c)
	for _, kind := range translate.ProbeKinds() {
		p := u.Probe(kind)
		if p == nil || started == (kind == translate.Startup) {
			continue
		}
		if due := s.due(c, kind, p); s.now.Before(due) {
			s.wake(due)
			continue
		}
		s.probe(u, c, kind)
	}
}

// lastReadiness runs the readiness probe of an attempt that is being stopped: what
// it says is of account until the end. No other probe is run then. Who keeps the pod
// has run it all along, and goes on.
func (s *stepper) lastReadiness(c Container) {
	if s.w.Kept || s.w.Want == nil || c.State != Running {
		return
	}
	u, ok := s.w.Want.Unit(c.Unit)
	if !ok || u.Probe(translate.Readiness) == nil || !s.w.Started(u, c) {
		return
	}
	if due := s.due(c, translate.Readiness, u.Probe(translate.Readiness)); s.now.Before(due) {
		s.wake(due)
		return
	}
	s.probe(u, c, translate.Readiness)
}

// due is when a probe is run next.
func (s *stepper) due(c Container, kind translate.ProbeKind, p *v1.Probe) time.Time {
	first := c.StartedAt.Add(time.Duration(p.InitialDelaySeconds) * time.Second)
	check := s.w.check(c, kind)
	if check.At.IsZero() {
		return first
	}
	return check.At.Add(time.Duration(max(1, p.PeriodSeconds)) * time.Second)
}

func (s *stepper) probe(u translate.Unit, c Container, kind translate.ProbeKind) {
	action, _ := u.ProbeAction(kind, s.w.addressed()) // one that is not able is told of each time
	s.do(Op{Kind: RunProbe, Unit: u.Name, Attempt: c.Attempt, Target: c.ID, Check: kind, Probe: u.Probe(kind), Action: &action, Pause: s.w.Pause.ID})
}

// probeGrace is the grace of a stop that a probe has asked for, in seconds.
func (w World) probeGrace(u translate.Unit, kind translate.ProbeKind) time.Duration {
	if p := u.Probe(kind); p != nil && p.TerminationGracePeriodSeconds != nil {
		return kube.Seconds(*p.TerminationGracePeriodSeconds)
	}
	return w.grace()
}

// addressed are the inputs with the pod's addresses, which probes connect to.
func (w World) addressed() translate.Inputs {
	in := w.Inputs
	in.PodIPs = w.Pause.IPs
	return in
}
