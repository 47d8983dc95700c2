package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// ruled gives a container a policy of its own and rules.
func ruled(c *v1.Container, policy v1.ContainerRestartPolicy, rules ...v1.ContainerRestartRule) {
	c.RestartPolicy, c.RestartPolicyRules = &policy, rules
}

// rule is for exit codes.
func rule(action v1.ContainerRestartRuleAction, op v1.ContainerRestartRuleOnExitCodesOperator, codes ...int32) v1.ContainerRestartRule {
	return v1.ContainerRestartRule{Action: action, ExitCodes: &v1.ContainerRestartRuleOnExitCodes{Operator: op, Values: codes}}
}

const (
	in       = v1.ContainerRestartRuleOnExitCodesOpIn
	notIn    = v1.ContainerRestartRuleOnExitCodesOpNotIn
	again    = v1.ContainerRestartRuleActionRestart
	resetAll = v1.ContainerRestartRuleActionRestartAllContainers
)

// Container a ends with a code: its rules decide, then its own policy, then the
// pod's.
func TestContainerRestartPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		pod    v1.RestartPolicy
		own    v1.ContainerRestartPolicy // empty for none
		rules  []v1.ContainerRestartRule
		code   int
		ops    string
		phase  v1.PodPhase
		unlike bool // container b has ended before
	}{
		"a rule matches":              {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, in, 42)}, code: 42, ops: "[create a/1]", phase: v1.PodRunning},
		"a rule does not match":       {pod: v1.RestartPolicyAlways, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, in, 42)}, code: 1, ops: "[]", phase: v1.PodRunning},
		"not in, and it is not":       {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, notIn, 0, 1)}, code: 2, ops: "[create a/1]", phase: v1.PodRunning},
		"not in, and it is":           {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, notIn, 0, 1)}, code: 1, ops: "[]", phase: v1.PodRunning},
		"the first that matches":      {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(resetAll, in, 7), rule(again, in, 7)}, code: 7, ops: "[revise]", phase: v1.PodRunning},
		"own policy Never":            {pod: v1.RestartPolicyAlways, own: v1.ContainerRestartPolicyNever, code: 1, ops: "[]", phase: v1.PodRunning},
		"own policy OnFailure, 0":     {pod: v1.RestartPolicyAlways, own: v1.ContainerRestartPolicyOnFailure, code: 0, ops: "[]", phase: v1.PodRunning},
		"own policy OnFailure, not 0": {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyOnFailure, code: 1, ops: "[create a/1]", phase: v1.PodRunning},
		"own policy Always":           {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyAlways, code: 0, ops: "[create a/1]", phase: v1.PodRunning},
		"the pod's policy":            {pod: v1.RestartPolicyAlways, code: 0, ops: "[create a/1]", phase: v1.PodRunning},
		"the last that ran":           {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, in, 42)}, code: 42, unlike: true, ops: "[create a/1]", phase: v1.PodRunning},
		"the last, for good":          {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, in, 42)}, code: 1, unlike: true, ops: "[revise]", phase: v1.PodFailed},
	} {
		pod := podOf(2, c.pod)
		if c.own != "" {
			ruled(&pod.Spec.Containers[0], c.own, c.rules...)
		}
		w := up(t, pod)
		exit(w, "a", c.code, t0)
		if c.unlike {
			exit(w, "b", 0, t0)
		}
		s := plan.Next(w, t0)
		if got := fmt.Sprint(kinds(s)); got != c.ops || s.Phase != c.phase {
			t.Errorf("%s: %s %s, want %s %s", name, got, s.Phase, c.ops, c.phase)
		}
	}
}

// A pod whose own policy is Never ends with its pause, whatever its containers'
// policies are. Of others all containers start again, and where there are init
// containers their policies decide.
func TestContainerRestartPolicyWithoutThePause(t *testing.T) {
	for name, c := range map[string]struct {
		pod   v1.RestartPolicy
		own   v1.ContainerRestartPolicy
		rules []v1.ContainerRestartRule
		init  bool
		ops   string
		phase v1.PodPhase
	}{
		"a pod of Never":         {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyAlways, ops: "[revise]", phase: v1.PodFailed},
		"a pod of Never, a rule": {pod: v1.RestartPolicyNever, own: v1.ContainerRestartPolicyNever, rules: []v1.ContainerRestartRule{rule(again, in, 137)}, ops: "[revise]", phase: v1.PodFailed},
		"a pod of OnFailure":     {pod: v1.RestartPolicyOnFailure, own: v1.ContainerRestartPolicyAlways, ops: "[create a/1]", phase: v1.PodRunning},
		"its own is Never":       {pod: v1.RestartPolicyAlways, own: v1.ContainerRestartPolicyNever, ops: "[create a/1]", phase: v1.PodRunning},
		"after an init":          {pod: v1.RestartPolicyAlways, own: v1.ContainerRestartPolicyNever, init: true, ops: "[revise]", phase: v1.PodFailed},
	} {
		pod := podOf(1, c.pod)
		ruled(&pod.Spec.Containers[0], c.own, c.rules...)
		if c.init {
			pod.Spec.InitContainers = []v1.Container{{Name: "i", Image: "image-0"}}
		}
		w := up(t, pod)
		exit(w, "a", 137, t0)
		w.Pause.StartedAt = t0.Add(time.Second)
		s := plan.Next(w, t0.Add(time.Second))
		if got := fmt.Sprint(kinds(s)); got != c.ops || s.Phase != c.phase {
			t.Errorf("%s: %s %s, want %s %s", name, got, s.Phase, c.ops, c.phase)
		}
		if _, changed := w.SandboxChanged(); changed != (c.phase == v1.PodRunning) {
			t.Errorf("%s: the sandbox has changed: %t", name, changed)
		}
	}
}

// All containers are killed at once and made again, from the init containers
// on; the pause and the volumes stay.
func TestRestartAllContainers(t *testing.T) {
	pod := withInits(v1.RestartPolicyNever)
	ruled(&pod.Spec.Containers[0], v1.ContainerRestartPolicyNever, rule(resetAll, in, 42))
	pod.Spec.Containers[1].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{Sleep: &v1.SleepAction{Seconds: 9}}}
	w := at(t, pod, "b", true)
	pause := w.Pause.ID
	exit(w, "a", 42, t0)
	var got []string
	for range 20 {
		s := plan.Next(w, t0)
		if len(s.Ops) == 0 {
			break
		}
		got = append(got, fmt.Sprint(kinds(s), s.Phase))
		for _, op := range s.Ops {
			if op.Kind == plan.StopUnit && (op.Grace != 0 || op.Action != nil || op.Cause != plan.CauseReset) {
				t.Errorf("%s is stopped with %s, %v, %s; want a kill", op.Unit, op.Grace, op.Action, op.Cause)
			}
			w = plan.Apply(w, op, t0)
		}
	}
	want := []string{
		"[revise]Running",
		"[stop s/0 stop b/0]Pending",
		"[create i/1]Pending", "[start i/1]Pending",
		"[create s/1]Pending", "[start s/1]Pending",
		"[create j/1]Pending", "[start j/1]Pending",
		"[create a/1 create b/1]Running", "[start a/1]Running", "[start b/1]Running",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if w.Pause.ID != pause || len(w.Volumes) != 1 || w.Resetting() || !w.ResetSince().Equal(t0) {
		t.Errorf("the pause is %s, volumes %v, resetting %t since %s", w.Pause.ID, w.Volumes, w.Resetting(), w.ResetSince())
	}
	for _, unit := range []string{"i", "s", "j", "a", "b"} {
		if c := w.Latest(unit); w.Before(*c) == nil || c.Attempt != 1 {
			t.Errorf("%s: the attempt before is gone, this one is %d", unit, c.Attempt)
		}
	}
}

// What has all restarted again and again backs off.
func TestResetBacksOff(t *testing.T) {
	pod := podOf(2, v1.RestartPolicyNever)
	ruled(&pod.Spec.Containers[0], v1.ContainerRestartPolicyNever, rule(resetAll, in, 42))
	w, now := up(t, pod), t0
	for _, want := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
		exit(w, "a", 42, now)
		from := now
		for resets := false; !resets; {
			s := plan.Next(w, now)
			if len(s.Ops) == 0 {
				now = s.Wake
			}
			for _, op := range s.Ops {
				resets = resets || op.Kind == plan.Revise
				w = plan.Apply(w, op, now)
			}
		}
		if got := now.Sub(from); got != want {
			t.Errorf("all are restarted after %s, want %s", got, want)
		}
		for s := plan.Next(w, now); len(s.Ops) > 0; s = plan.Next(w, now) {
			w = plan.Apply(w, s.Ops[0], now)
		}
	}
}

// A pod with rules comes to rest whatever happens to it.
func TestRandomWorldsWithRules(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 7))
		pod := withInits(policies[r.IntN(3)])
		ruled(&pod.Spec.Containers[r.IntN(2)], v1.ContainerRestartPolicyNever, rule(resetAll, in, 1), rule(again, notIn, 0))
		ruled(&pod.Spec.InitContainers[2], v1.ContainerRestartPolicyNever, rule(resetAll, in, 2))
		trip := &trip{Rand: r, w: unborn(pod, translate.Options{}), now: t0}
		for range 40 {
			trip.step()
			if r.IntN(4) == 0 {
				trip.disturb()
			}
		}
		check(t, seed, trip.settle(t), trip.w)
	}
}
