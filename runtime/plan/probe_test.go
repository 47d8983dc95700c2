package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func tcp(delay, period, success, failure int32) *v1.Probe {
	p := &v1.Probe{InitialDelaySeconds: delay, PeriodSeconds: period, SuccessThreshold: success, FailureThreshold: failure, TimeoutSeconds: 1}
	p.TCPSocket = &v1.TCPSocketAction{Port: intstr.FromInt32(80)}
	return p
}

// probed is a pod of one container with probes that is up, and a clock.
type probed struct {
	*testing.T
	w   plan.World
	now time.Time
}

func withProbes(t *testing.T, change func(c *v1.Container)) *probed {
	t.Helper()
	pod := podOf(1, v1.RestartPolicyAlways)
	change(&pod.Spec.Containers[0])
	w := unborn(pod, translate.Options{})
	for range 20 {
		for _, op := range plan.Next(w, t0).Ops {
			if op.Kind != plan.RunProbe && op.Kind != plan.PostStart && op.Kind != plan.Note {
				w = plan.Apply(w, op, t0)
			}
		}
	}
	return &probed{t, w, t0}
}

var errUnhealthy = &plan.ProbeFailure{Output: "connection refused"}

// until lets time go by, step by step, and answers each probe as told, until a
// time after t0; it returns when each probe was run, and what else was to be
// done at the end.
func (p *probed) until(end time.Duration, answer func(kind translate.ProbeKind, at time.Duration) error) (ran []string, last plan.Step) {
	p.Helper()
	for range 1000 {
		s := plan.Next(p.w, p.now)
		done := 0
		for _, op := range s.Ops {
			switch op.Kind {
			case plan.RunProbe:
				ran = append(ran, fmt.Sprintf("%s %s", op.Check, p.now.Sub(t0)))
				p.w.Memory = p.w.Settle(op, answer(op.Check, p.now.Sub(t0)), p.now)
				done++
			case plan.Note:
				p.w = plan.Apply(p.w, op, p.now)
				done++
			default:
				return ran, s
			}
		}
		if done > 0 {
			continue
		}
		if s.Wake.IsZero() || s.Wake.Sub(t0) > end {
			return ran, s
		}
		p.now = s.Wake
	}
	p.Fatal("no end of it")
	return nil, plan.Step{}
}

func good(translate.ProbeKind, time.Duration) error { return nil }

// A probe is run after its delay, and then every period; liveness and
// readiness only when the startup probe has succeeded.
func TestWhenProbesRun(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) {
		c.StartupProbe, c.LivenessProbe, c.ReadinessProbe = tcp(0, 2, 1, 9), tcp(0, 10, 1, 3), tcp(5, 4, 1, 3)
	})
	ran, _ := p.until(15*time.Second, func(kind translate.ProbeKind, at time.Duration) error {
		if kind == translate.Startup && at < 4*time.Second {
			return errUnhealthy
		}
		return nil
	})
	want := "[startup 0s startup 2s startup 4s liveness 4s readiness 5s readiness 9s readiness 13s liveness 14s]"
	if got := fmt.Sprint(ran); got != want {
		t.Errorf("probes ran\n%s, want\n%s", got, want)
	}
}

// Readiness follows its thresholds, and what was found out is written down.
func TestReadiness(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) { c.ReadinessProbe = tcp(0, 1, 2, 2) })
	u, _ := p.w.Want.Unit("a")
	failing := func(translate.ProbeKind, time.Duration) error { return errUnhealthy }
	unable := func(translate.ProbeKind, time.Duration) error { return errors.New("cannot be run") }
	for _, c := range []struct {
		end    time.Duration
		answer func(translate.ProbeKind, time.Duration) error
		ready  bool
		// since when it is ready, or is so no more
		since, unready time.Time
	}{
		{end: 0, answer: good},
		{end: time.Second, answer: good, ready: true, since: t0.Add(time.Second)},
		{end: 2 * time.Second, answer: failing, ready: true, since: t0.Add(time.Second)},
		{end: 9 * time.Second, answer: unable, ready: true, since: t0.Add(time.Second)},
		{end: 10 * time.Second, answer: failing, unready: t0.Add(10 * time.Second)},
		{end: 11 * time.Second, answer: good, unready: t0.Add(10 * time.Second)},
		{end: 12 * time.Second, answer: good, ready: true, since: t0.Add(12 * time.Second)},
	} {
		p.until(c.end, c.answer)
		latest := *p.w.Latest("a")
		since := p.w.Facts.Ready[latest.ID]
		if got := p.w.Ready(u, latest); got != c.ready || !since.Equal(c.since) {
			t.Errorf("at %s: ready %t, since %s, want %t, %s", c.end, got, since, c.ready, c.since)
		}
		if unready := p.w.Facts.Unready[latest.ID]; !unready.Equal(c.unready) {
			t.Errorf("at %s: unready since %s, want %s", c.end, unready, c.unready)
		}
	}
	// Another process knows only what was written down.
	p.w.Memory = plan.Memory{}
	if !p.w.Ready(u, *p.w.Latest("a")) {
		t.Error("what was written down is forgotten")
	}
}

// A liveness probe that fails for good stops the container, with the probe's
// own grace where it has one; the next attempt is made as after any end.
func TestLiveness(t *testing.T) {
	grace := int64(3)
	for _, own := range []*int64{nil, &grace} {
		p := withProbes(t, func(c *v1.Container) {
			c.LivenessProbe = tcp(0, 5, 1, 3)
			c.LivenessProbe.TerminationGracePeriodSeconds = own
		})
		ran, s := p.until(time.Hour, func(_ translate.ProbeKind, at time.Duration) error {
			if at >= 10*time.Second {
				return errUnhealthy
			}
			return nil
		})
		if got := fmt.Sprint(ran); got != "[liveness 0s liveness 5s liveness 10s liveness 15s liveness 20s]" {
			t.Errorf("probes ran %s", got)
		}
		want := 30 * time.Second
		if own != nil {
			want = 3 * time.Second
		}
		p.w = claimed(p.w, p.now)
		s = plan.Next(p.w, p.now)
		if len(s.Ops) != 1 || s.Ops[0].Kind != plan.StopUnit || s.Ops[0].Cause != "liveness" || s.Ops[0].Grace != want {
			t.Fatalf("after the third failure: %+v", s.Ops)
		}
		exit(p.w, "a", 137, p.now)
		if got := kinds(plan.Next(p.w, p.now)); fmt.Sprint(got) != "[create a/1 note]" {
			t.Errorf("when it has ended: %q", got)
		}
	}
}

// A startup probe that fails for good stops the container as well.
func TestStartupFails(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) { c.StartupProbe = tcp(1, 1, 1, 2) })
	ran, s := p.until(time.Hour, func(translate.ProbeKind, time.Duration) error { return errUnhealthy })
	if got := fmt.Sprint(ran); got != "[startup 1s startup 2s]" || len(s.Ops) != 1 || s.Ops[0].Cause != "startup" {
		t.Errorf("ran %s, then %+v", got, s.Ops)
	}
}

// One that a probe has had stopped has failed, though it exits with 0: the policy
// Never keeps it from being restarted, or a back-off.
func TestUnhealthyFails(t *testing.T) {
	for policy, again := range map[v1.RestartPolicy]bool{v1.RestartPolicyAlways: true, v1.RestartPolicyOnFailure: true, v1.RestartPolicyNever: false} {
		p := withProbes(t, func(c *v1.Container) { c.StartupProbe = tcp(1, 1, 1, 2) })
		p.w.Want.Pod.Spec.RestartPolicy = policy
		p.w.Want = translate.New(p.w.Want.Pod, translate.Options{})
		p.until(time.Hour, func(translate.ProbeKind, time.Duration) error { return errUnhealthy })
		exit(p.w, "a", 0, p.now)
		if ops := kinds(plan.Next(p.w, p.now)); slices.Contains(ops, "create a/1") != again {
			t.Errorf("%s: when it has ended: %q", policy, ops)
		}
		p.w.Latest("a").Backoff = 1
		if phase := plan.Phase(p.w); policy == v1.RestartPolicyOnFailure && phase != v1.PodSucceeded {
			t.Errorf("when it would have to back off the pod is %s", phase)
		}
	}
}

// A probe of a port that is none of the container's is run as often as any, for it to
// be told of; what it says is of no account (pkg/kubelet/prober, doProbe).
func TestProbeOfNoPort(t *testing.T) {
	for kind, set := range map[translate.ProbeKind]func(*v1.Container, *v1.Probe){
		translate.Startup:   func(c *v1.Container, p *v1.Probe) { c.StartupProbe = p },
		translate.Liveness:  func(c *v1.Container, p *v1.Probe) { c.LivenessProbe = p },
		translate.Readiness: func(c *v1.Container, p *v1.Probe) { c.ReadinessProbe = p },
	} {
		p := withProbes(t, func(c *v1.Container) {
			probe := tcp(0, 1, 1, 1)
			probe.TCPSocket.Port = intstr.FromString("web")
			set(c, probe)
		})
		s := plan.Next(p.w, p.now)
		i := slices.IndexFunc(s.Ops, func(op plan.Op) bool { return op.Kind == plan.RunProbe })
		if i < 0 || s.Ops[i].Action.Unable != `port "web" not found` {
			t.Fatalf("%s: it does %+v", kind, s.Ops)
		}
		ran, s := p.until(3*time.Second, func(translate.ProbeKind, time.Duration) error { return errors.New("not able") })
		c := p.w.Latest("a")
		u, _ := p.w.Want.Unit("a")
		if len(ran) != 4 || c.State != plan.Running || p.w.Ready(u, *c) != (kind == translate.Liveness) {
			t.Errorf("%s: ran %q, then %s does %v", kind, ran, c.State, kinds(s))
		}
	}
}

// A hook that cannot be run fails: after the start the container is stopped for it.
func TestHookOfNoPort(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	none := &v1.LifecycleHandler{HTTPGet: &v1.HTTPGetAction{Port: intstr.FromString("web")}}
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: none, PreStop: none}
	w := claimed(at(t, pod, "a", true), t0)
	s := plan.Next(w, t0)
	if got := fmt.Sprint(kinds(s)); got != "[post-start a/0]" || s.Ops[0].Action.Unable == "" {
		t.Fatalf("after the start: %s", got)
	}
	w.Memory = w.Settle(s.Ops[0], errors.New(s.Ops[0].Action.Unable), t0)
	s = plan.Next(claimed(w, t0), t0)
	if s.Ops[0].Kind != plan.PreStop || s.Ops[0].Cause != plan.CauseHook || s.Ops[0].Action.Unable == "" {
		t.Errorf("when it has failed: %+v", s.Ops)
	}
}

// The next container waits for the postStart hook of the one before; one that
// fails has its container stopped, and made again after a back-off.
func TestPostStart(t *testing.T) {
	pod := podOf(2, v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
	w := at(t, pod, "a", true)
	w.Me = "this"
	s := plan.Next(w, t0)
	if got := kinds(s); slices.Contains(got, "post-start a/0") || !slices.Contains(got, "note") {
		t.Fatalf("before it is written down who runs the hook: %q", got)
	}
	w = plan.Apply(w, s.Ops[slices.Index(kinds(s), "note")], t0)
	s = plan.Next(w, t0)
	if got := fmt.Sprint(kinds(s)); got != "[post-start a/0 create b/0]" && got != "[post-start a/0]" || s.State != plan.Starting {
		t.Fatalf("after the start: %s, %s", got, s.State)
	}
	hook := s.Ops[0]
	well, badly := w, w
	well.Memory = w.Settle(hook, nil, t0)
	if got := kinds(plan.Next(well, t0)); !slices.Contains(got, "note") || slices.Contains(got, "post-start a/0") {
		t.Errorf("when it has returned: %q", got)
	}
	badly.Memory = w.Settle(hook, errUnhealthy, t0)
	s = plan.Next(badly, t0)
	if s.Ops[0].Kind != plan.StopUnit || s.Ops[0].Cause != "postStart" {
		t.Errorf("when it has failed: %+v", s.Ops)
	}
}

// A hook that another process runs is left to it, for as long as that says so:
// it is run once more when who ran it was killed.
func TestPostStartOfAnother(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PostStart: &v1.LifecycleHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}}
	w := at(t, pod, "a", true)
	w.Me = "other"
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	for after, c := range map[time.Duration]struct {
		me, ops string
		wake    time.Duration
	}{
		0:                {"this", "[]", 10 * time.Second},
		9 * time.Second:  {"this", "[]", 10 * time.Second},
		10 * time.Second: {"this", "[note]", 0},
		2 * time.Second:  {"other", "[post-start a/0]", 3 * time.Second},
		3 * time.Second:  {"other", "[post-start a/0 note]", 0}, // it says so again
	} {
		w.Me = c.me
		s := plan.Next(w, t0.Add(after))
		if got := fmt.Sprint(kinds(s)); got != c.ops || c.wake > 0 && !s.Wake.Equal(t0.Add(c.wake)) {
			t.Errorf("%s after %s: %s, wake at %s", c.me, after, got, s.Wake.Sub(t0))
		}
	}
	now := t0.Add(10 * time.Second)
	w.Me = "this"
	w = plan.Apply(w, plan.Next(w, now).Ops[0], now)
	if got := fmt.Sprint(kinds(plan.Next(w, now))); got != "[post-start a/0]" {
		t.Errorf("once it has taken over: %s", got)
	}
	w.Me = "other"
	if got := fmt.Sprint(kinds(plan.Next(w, now))); got != "[]" {
		t.Errorf("who was late: %s", got)
	}
}

// A stop has the preStop hook go before it, unless there is no time for it.
func TestPreStop(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 2}}}
	for _, grace := range []int64{0, 9} {
		w := up(t, pod)
		op, _ := plan.Remove(w, &grace, t0)
		w = noted(plan.Apply(w, op, t0), t0)
		stop := plan.Next(w, t0).Ops[0]
		if has := stop.Action != nil; has != (grace > 0) || has && stop.Action.Sleep != 2*time.Second {
			t.Errorf("grace %d: %+v", grace, stop.Action)
		}
	}
}

// The period of a probe counts from when the one before began, as a ticker does.
func TestPeriodCountsFromTheBeginning(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) { c.LivenessProbe = tcp(0, 10, 1, 3) })
	s := plan.Next(p.w, t0)
	if len(s.Ops) != 1 || s.Ops[0].Kind != plan.RunProbe {
		t.Fatalf("the step is %v", kinds(s))
	}
	took, now := 3*time.Second, t0.Add(3*time.Second)
	p.w.Memory = p.w.Settle(s.Ops[0], nil, now).Took(s.Ops[0], took, now)
	if s = plan.Next(p.w, now); !s.Wake.Equal(t0.Add(10 * time.Second)) {
		t.Errorf("the next one is due at %s, want %s", s.Wake, t0.Add(10*time.Second))
	}
}

// While a pod is being removed its readiness is looked at still, and nothing is
// restarted.
func TestProbesWhileLeaving(t *testing.T) {
	for _, intent := range []plan.Intent{plan.Going, plan.Halted} {
		probesAtTheEnd(t, intent)
	}
}

// probesAtTheEnd has a pod end that is ready.
func probesAtTheEnd(t *testing.T, intent plan.Intent) {
	p := withProbes(t, func(c *v1.Container) { c.LivenessProbe, c.ReadinessProbe = tcp(0, 1, 1, 1), tcp(0, 1, 1, 1) })
	p.until(2*time.Second, good)
	u, _ := p.w.Want.Unit("a")
	if !p.w.Ready(u, *p.w.Latest("a")) {
		t.Fatal("it is not ready")
	}
	intend(&p.w, intent)
	p.w.Pause.Policy = intent.Policy()
	p.now = p.now.Add(time.Minute)
	kept := p.w
	kept.Kept = true
	if ops := plan.Next(kept, p.now).Ops; fmt.Sprint(kinds(plan.Step{Ops: withoutNotes(plan.Step{Ops: ops})})) != "[stop a/0]" {
		t.Errorf("beside who keeps it: %v", kinds(plan.Step{Ops: ops}))
	}
	var got []string
	for _, op := range plan.Next(p.w, p.now).Ops {
		got = append(got, fmt.Sprint(op.Kind, op.Check))
		if op.Kind == plan.RunProbe {
			p.w.Memory = p.w.Settle(op, errUnhealthy, p.now)
		}
	}
	if want := "[probereadiness stop]"; fmt.Sprint(got) != want {
		t.Errorf("%s: got %v, want %s", intent, got, want)
	}
	if p.w.Ready(u, *p.w.Latest("a")) {
		t.Error("it is ready still")
	}
	exit(p.w, "a", 0, p.now)
	if got := kinds(plan.Next(p.w, p.now)); fmt.Sprint(got) != "[stop pause]" {
		t.Errorf("after its end: %v", got)
	}
}

// The first answer of a readiness probe is waited for, and no later one: where it
// takes longer than a period, there is always one that has not come.
func TestSlowProbesKeepNobody(t *testing.T) {
	p := withProbes(t, func(c *v1.Container) { c.ReadinessProbe = tcp(0, 1, 1, 1) })
	p.now = t0.Add(time.Minute) // it is not young any more
	for i, settled := range []bool{false, true} {
		s := plan.Next(p.w, p.now)
		if len(s.Ops) != 1 || s.Ops[0].Kind != plan.RunProbe || s.Settled() != settled {
			t.Fatalf("probe %d: %v, settled %v", i, kinds(s), s.Settled())
		}
		p.w.Memory = p.w.Settle(s.Ops[0], errUnhealthy, p.now)
		p.now = p.now.Add(30 * time.Second)
	}
}
