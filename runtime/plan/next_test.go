package plan_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// The steps of a pod of two containers from nothing: what each one may do.
func TestBirthToUp(t *testing.T) {
	var got [][]string
	for _, s := range plan.Simulate(unborn(podOf(2, v1.RestartPolicyAlways), translate.Options{}), t0) {
		got = append(got, kinds(s))
	}
	want := [][]string{
		{"create pause"},
		{"start pause", "pull image a/0", "pull image b/0"},
		{"create a/0", "create b/0"},
		{"start a/0"},
		{"start b/0"},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// Each case changes a pod of containers a and b that is up, and says what
// Next then does, where the pod is, and in which phase.
func TestNext(t *testing.T) {
	later := t0.Add(time.Minute)
	cases := map[string]struct {
		policy v1.RestartPolicy
		change func(w *plan.World)
		now    time.Time
		ops    []string
		state  plan.PodState
		phase  v1.PodPhase
		wake   time.Time
	}{
		"nothing changed":    {change: func(*plan.World) {}, state: plan.Up, phase: v1.PodRunning},
		"first restart":      {change: func(w *plan.World) { exit(*w, "a", 1, t0) }, ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"restart after zero": {change: func(w *plan.World) { exit(*w, "a", 0, t0) }, ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"on failure, zero":   {policy: v1.RestartPolicyOnFailure, change: func(w *plan.World) { exit(*w, "a", 0, t0) }, state: plan.Up, phase: v1.PodRunning},
		"on failure, killed for memory": {policy: v1.RestartPolicyOnFailure, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			w.Latest("a").OOMKilled = true
		}, ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"never, one ended": {policy: v1.RestartPolicyNever, change: func(w *plan.World) { exit(*w, "a", 1, t0) }, state: plan.Up, phase: v1.PodRunning},
		"never, all ended well": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
		}, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodSucceeded},
		"never, one ended badly": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 3, t0)
		}, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodFailed},
		"never, ended and marked": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			intend(w, plan.Ended)
		}, ops: []string{"stop pause"}, state: plan.Finished, phase: v1.PodSucceeded},
		"back-off": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0)
			w.Latest("a").Backoff = 2
		}, state: plan.Up, phase: v1.PodRunning, wake: t0.Add(20 * time.Second)},
		"back-off is over": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0)
			w.Latest("a").Backoff = 2
		}, now: later, ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"back-off is capped": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0)
			w.Latest("a").Backoff = 90
		}, state: plan.Up, phase: v1.PodRunning, wake: t0.Add(300 * time.Second)},
		"back-off is forgotten": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0.Add(601*time.Second))
			w.Latest("a").Backoff = 9
		}, now: t0.Add(601 * time.Second), ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"a start that failed is an ended attempt": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			c := w.Latest("b")
			c.State, c.ExitCode, c.StartedAt = plan.Created, 127, time.Time{}
		}, state: plan.Up, phase: v1.PodRunning},
		"the pause was restarted": {change: func(w *plan.World) { w.Pause.StartedAt = later }, now: later,
			ops: []string{"stop a/0", "stop b/0"}, state: plan.Starting, wake: later.Add(3 * time.Second), phase: v1.PodRunning},
		"stale attempts have ended": {change: func(w *plan.World) {
			w.Pause.StartedAt = later
			exit(*w, "a", 137, t0)
			exit(*w, "b", 0, t0)
		}, now: later, ops: []string{"create a/1", "create b/1"}, state: plan.Starting, phase: v1.PodRunning},
		"stale attempts that had done their work": {policy: v1.RestartPolicyOnFailure, change: func(w *plan.World) {
			w.Pause.StartedAt = later
			exit(*w, "a", 0, t0)
			exit(*w, "b", 137, t0)
		}, now: later, ops: []string{"create b/1"}, state: plan.Starting, phase: v1.PodRunning},
		"stale attempts of a pod that had ended": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			w.Pause.StartedAt = later
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
		}, now: later, ops: []string{"revise"}, state: plan.Finished, phase: v1.PodSucceeded},
		"ended, and started again": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			intend(w, plan.Ended)
			intend(w, plan.Wanted)
		}, ops: []string{"create a/1", "create b/1"}, state: plan.Starting, phase: v1.PodRunning},
		"the pause was stopped from outside": {change: func(w *plan.World) { w.Pause.State = plan.Exited },
			ops: []string{"start pause", "stop a/0", "stop b/0"}, state: plan.Starting, phase: v1.PodRunning},
		"the pause of what runs no more was stopped from outside": {policy: v1.RestartPolicyNever, change: func(w *plan.World) { w.Pause.State = plan.Exited },
			ops: []string{"stop a/0", "stop b/0"}, state: plan.Up, phase: v1.PodRunning},
		"so was it when one had ended": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			w.Pause.State = plan.Exited
			exit(*w, "b", 0, t0)
		}, ops: []string{"stop a/0"}, state: plan.Up, phase: v1.PodRunning},
		"so was it before one was made": {policy: v1.RestartPolicyNever, change: func(w *plan.World) {
			w.Pause.State = plan.Exited
			w.Containers = w.Containers[:1]
		}, ops: []string{"start pause", "stop a/0", "create b/0"}, state: plan.Starting, phase: v1.PodPending},
		"so was it of what is tried again": {policy: v1.RestartPolicyOnFailure, change: func(w *plan.World) { w.Pause.State = plan.Exited },
			ops: []string{"start pause", "stop a/0", "stop b/0"}, state: plan.Starting, phase: v1.PodRunning},
		"the policy does not follow": {change: func(w *plan.World) { w.Pause.Policy = plan.PolicyNo },
			ops: []string{"set policy"}, state: plan.Up, phase: v1.PodRunning},
		"the policy cannot follow": {change: func(w *plan.World) {
			w.Pause.Policy = plan.PolicyNo
			w.Memory = w.Settle(plan.Next(*w, t0).Ops[0], plan.ErrUnsupported, t0)
		}, state: plan.Up, phase: v1.PodRunning},
		"the spec of one that ended has changed": {change: func(w *plan.World) {
			exit(*w, "a", 1, t0)
			w.Latest("a").Backoff, w.Latest("a").Hash = 9, "other"
		}, ops: []string{"create a/1"}, state: plan.Starting, phase: v1.PodRunning},
		"removed, all ended well": {change: func(w *plan.World) {
			intend(w, plan.Going)
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
		}, ops: []string{"stop pause"}, state: plan.Leaving, phase: v1.PodSucceeded},
		"removed, all ended well, the pause too": {change: func(w *plan.World) {
			intend(w, plan.Going)
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			w.Pause.State = plan.Exited
		}, ops: []string{"remove a/0", "remove b/0"}, state: plan.Leaving, phase: v1.PodSucceeded},
		"removed, and the pause cannot be stopped": {change: func(w *plan.World) {
			intend(w, plan.Going)
			exit(*w, "a", 0, t0)
			exit(*w, "b", 0, t0)
			w.Memory = w.Settle(plan.Op{Kind: plan.StopPause, Target: w.Pause.ID}, errUnhealthy, t0)
		}, ops: []string{"remove a/0", "remove b/0"}, state: plan.Leaving, phase: v1.PodSucceeded, wake: t0.Add(10 * time.Second)},
		"halted": {change: func(w *plan.World) { intend(w, plan.Halted) },
			ops: []string{"stop a/0", "stop b/0"}, state: plan.Stopping, phase: v1.PodRunning},
		"halted, and the pause has ended": {change: func(w *plan.World) {
			intend(w, plan.Halted)
			exit(*w, "a", 143, t0)
			exit(*w, "b", 143, t0)
			w.Pause.State = plan.Exited
		}, state: plan.Stopped, phase: v1.PodRunning},
		"halted, and a container outlives the pause": {change: func(w *plan.World) {
			intend(w, plan.Halted)
			exit(*w, "a", 143, t0)
			w.Pause.State = plan.Exited
		}, ops: []string{"stop b/0"}, state: plan.Stopping, phase: v1.PodRunning},
		"halted, all quiet": {change: func(w *plan.World) {
			intend(w, plan.Halted)
			exit(*w, "a", 143, t0)
			exit(*w, "b", 143, t0)
		}, ops: []string{"stop pause"}, state: plan.Stopping, phase: v1.PodRunning},
		"going": {change: func(w *plan.World) {
			intend(w, plan.Going)
			exit(*w, "b", 0, t0)
		}, ops: []string{"stop a/0"}, state: plan.Leaving, phase: v1.PodRunning},
		"going, containers gone": {change: func(w *plan.World) {
			intend(w, plan.Going)
			w.Containers, w.Pause.State = nil, plan.Exited
		}, ops: []string{"remove pause"}, state: plan.Leaving, phase: v1.PodPending},
		"the pause is gone": {change: func(w *plan.World) { w.Pause, w.Want = nil, nil },
			ops: []string{"revise"}, state: plan.Leaving, phase: v1.PodPending},
		"the pause is gone, and the pod is being removed": {change: func(w *plan.World) {
			intend(w, plan.Going)
			w.Pause = nil
		}, ops: []string{"remove a/0", "remove b/0"}, state: plan.Leaving, phase: v1.PodPending},
		"a volume without a pause": {change: func(w *plan.World) { w.Pause, w.Want, w.Containers = nil, nil, nil },
			state: plan.Unborn, phase: v1.PodPending},
		"only a volume is left": {change: func(w *plan.World) {
			intend(w, plan.Going)
			w.Pause, w.Containers = nil, nil
		}, ops: []string{"remove volume"}, state: plan.Leaving, phase: v1.PodPending},
		"only the word that it is removed is left": {change: func(w *plan.World) {
			intend(w, plan.Going)
			w.Pause, w.Containers, w.Volumes = nil, nil, nil
		}, ops: []string{"remove volume"}, state: plan.Leaving, phase: v1.PodPending},
		"a manifest that cannot be read": {change: func(w *plan.World) { w.Want, w.Invalid = nil, "no" }, state: plan.Up, phase: v1.PodPending},
		"a manifest that cannot be read, removed": {change: func(w *plan.World) {
			w.Want, w.Invalid = nil, "no"
			intend(w, plan.Going)
		}, ops: []string{"stop a/0", "stop b/0"}, state: plan.Leaving, phase: v1.PodPending},
		"nothing is left": {change: func(w *plan.World) { *w = plan.World{UID: w.UID} }, state: plan.Gone, phase: v1.PodPending},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.policy == "" {
				c.policy = v1.RestartPolicyAlways
			}
			if c.now.IsZero() {
				c.now = t0
			}
			w := up(t, podOf(2, c.policy))
			c.change(&w)
			s := plan.Next(claimed(w, c.now), c.now)
			got := fmt.Sprint(kinds(s), s.State, s.Phase, s.Wake)
			want := fmt.Sprint(append([]string{}, c.ops...), c.state, c.phase, c.wake)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// A container waits for the one before it, not for its image.
func TestOrder(t *testing.T) {
	w := unborn(podOf(3, v1.RestartPolicyAlways), translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, t0)
	w = plan.Apply(w, plan.Op{Kind: plan.PullImage, Target: "image-1"}, t0)
	w = plan.Apply(w, plan.Next(w, t0).Ops[1], t0)
	want := []string{"pull image a/0"}
	if got := kinds(plan.Next(w, t0)); !cmp.Equal(want, got) {
		t.Errorf("with only b created: got %q, want %q", got, want)
	}
}

// An older attempt is of use until the next one has ended.
func TestPrune(t *testing.T) {
	w := up(t, podOf(1, v1.RestartPolicyAlways))
	for attempt := 1; attempt <= 2; attempt++ {
		exit(w, "a", 1, t0)
		now := t0.Add(time.Hour)
		w = plan.Apply(w, plan.Next(w, now).Ops[0], now)
		w = plan.Apply(w, plan.Next(w, now).Ops[0], now)
	}
	if got, want := kinds(plan.Next(w, t0.Add(time.Hour))), []string{"remove a/0"}; !cmp.Equal(want, got) {
		t.Errorf("with attempts 0, 1 and 2: got %q, want %q", got, want)
	}
}

// What a pull that fails leads to, by policy.
func TestPullFaults(t *testing.T) {
	unreachable := fmt.Errorf("no such host: %w", plan.ErrUnreachable)
	cases := map[string]struct {
		policy  v1.PullPolicy
		assumed []string
		present bool
		err     error
		ops     []string
		reason  string
	}{
		"assumed always, present, unreachable": {v1.PullAlways, []string{"a"}, true, unreachable, []string{"create a/0"}, ""},
		"assumed always, present, denied":      {v1.PullAlways, []string{"a"}, true, errors.New("denied"), []string{"note"}, "ErrImagePull"},
		"assumed always, absent":               {v1.PullAlways, []string{"a"}, false, unreachable, []string{"note"}, "ErrImagePull"},
		"written always, present":              {v1.PullAlways, nil, true, unreachable, []string{"note"}, "ErrImagePull"},
		"if not present, absent":               {v1.PullIfNotPresent, nil, false, unreachable, []string{"note"}, "ErrImagePull"},
		"never, absent":                        {v1.PullNever, nil, false, nil, []string{}, "ErrImageNeverPull"},
		"never, present":                       {v1.PullNever, nil, true, nil, []string{"create a/0"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pod := podOf(1, v1.RestartPolicyAlways)
			pod.Spec.Containers[0].ImagePullPolicy = c.policy
			w := unborn(pod, translate.Options{AssumedAlways: c.assumed})
			w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
			w = plan.Apply(w, plan.Op{Kind: plan.StartPause, Target: w.Pause.ID}, t0)
			if c.present {
				w.Images = map[string]plan.Image{"image-0": {ID: "sha256:1"}}
			}
			if c.err != nil {
				pull := plan.Next(w, t0)
				if len(pull.Ops) != 1 || pull.Ops[0].Kind != plan.PullImage {
					if c.policy == v1.PullIfNotPresent || c.policy == v1.PullAlways {
						t.Fatalf("before: %q", kinds(pull))
					}
				}
				w.Faults = map[string]plan.Fault{pull.Ops[0].Key(): {Op: pull.Ops[0], Err: c.err, At: t0, Count: 1}}
			}
			s := plan.Next(w, t0)
			if got := kinds(s); !cmp.Equal(c.ops, got) {
				t.Errorf("ops: got %q, want %q", got, c.ops)
			}
			reason := ""
			if len(s.Waits) > 0 {
				reason = s.Waits[0].Reason
			}
			if reason != c.reason {
				t.Errorf("reason: got %q, want %q", reason, c.reason)
			}
			if len(s.Faults()) > 0 != (c.reason != "") {
				t.Errorf("faults: %v", s.Faults())
			}
		})
	}
}

// A name that no image can have is not pulled, whatever the policy, and waits with the kubelet's reason.
func TestInvalidImageName(t *testing.T) {
	for _, image := range []string{"Up/Per", "BAD NAME", "busybox:a:b", "busybox@sha256:123"} {
		for _, policy := range []v1.PullPolicy{v1.PullAlways, v1.PullIfNotPresent, v1.PullNever} {
			pod := podOf(2, v1.RestartPolicyAlways)
			pod.Spec.Containers[0].Image, pod.Spec.Containers[0].ImagePullPolicy = image, policy
			pod.Spec.Volumes = []v1.Volume{{Name: "v", VolumeSource: v1.VolumeSource{Image: &v1.ImageVolumeSource{Reference: image, PullPolicy: policy}}}}
			pod.Spec.Containers[0].VolumeMounts = []v1.VolumeMount{{Name: "v", MountPath: "/v"}}
			w := unborn(pod, translate.Options{})
			var s plan.Step
			for range 10 {
				s = plan.Next(w, t0)
				for _, op := range s.Ops {
					if op.Kind == plan.PullImage && op.Target == image {
						t.Fatalf("%q is pulled", image)
					}
					w = plan.Apply(w, op, t0)
				}
			}
			i := slices.IndexFunc(s.Waits, func(w plan.Wait) bool { return w.Unit == "a" })
			detail := fmt.Sprintf("Failed to apply default image tag %q: couldn't parse image name %q: ", image, image)
			if i < 0 || s.Waits[i].Reason != "InvalidImageName" || !strings.HasPrefix(s.Waits[i].Detail, detail) {
				t.Errorf("%q waits for %+v", image, s.Waits)
			}
			if b := w.Latest("b"); b == nil || b.State != plan.Running {
				t.Errorf("%q keeps b from running: %+v", image, b)
			}
		}
	}
}

// A failed operation is not tried again before its time.
func TestRetry(t *testing.T) {
	w := unborn(podOf(1, v1.RestartPolicyAlways), translate.Options{})
	op := plan.Next(w, t0).Ops[0]
	w.Faults = map[string]plan.Fault{op.Key(): {Op: op, Err: errors.New("no"), At: t0, Count: 2}}
	if s := plan.Next(w, t0.Add(19*time.Second)); len(s.Ops) != 0 || !s.Wake.Equal(t0.Add(20*time.Second)) {
		t.Errorf("after 19 s: %q, wake %s", kinds(s), s.Wake)
	}
	if s := plan.Next(w, t0.Add(20*time.Second)); len(s.Ops) != 1 {
		t.Errorf("after 20 s: %q", kinds(s))
	}
}

// A pod that would be wrong is turned away, and says why.
func TestRejection(t *testing.T) {
	pod := podOf(1, v1.RestartPolicyAlways)
	own := false
	pod.Spec.HostUsers = &own
	w := unborn(pod, translate.Options{})
	w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
	s := plan.Next(w, t0)
	if got := kinds(s); !cmp.Equal(got, []string{"revise"}) || s.Phase != v1.PodFailed || s.State != plan.Finished {
		t.Errorf("ops %q, phase %s, state %s", got, s.Phase, s.State)
	}
	if len(s.Faults()) != 1 || s.Waits[0].Reason != plan.ReasonNotSupported || !strings.Contains(s.Waits[0].Detail, "spec.hostUsers") {
		t.Errorf("waits %+v", s.Waits)
	}
}

func TestNonRoot(t *testing.T) {
	root, other := int64(0), int64(1000)
	yes := true
	cases := []struct {
		user      *int64
		imageUser string
		want      string // the kubelet's words; empty where it starts
	}{
		{nil, "", "container has runAsNonRoot and image will run as root (pod: "},
		{nil, "0", "container has runAsNonRoot and image will run as root (pod: "},
		{nil, "nginx", "container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root (pod: "},
		{nil, "4294967296", "container has runAsNonRoot and image has an invalid user id (4294967296). (Must be 1-(2147483647)): must be between 0 and 2147483647, inclusive (pod: "},
		{nil, "1000:0", ""},
		{&root, "1000", "container's runAsUser breaks non-root policy (pod: "},
		{&other, "", ""},
	}
	for _, c := range cases {
		pod := podOf(1, v1.RestartPolicyAlways)
		pod.Spec.SecurityContext = &v1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: c.user}
		w := unborn(pod, translate.Options{})
		w = plan.Apply(w, plan.Next(w, t0).Ops[0], t0)
		w.Images = map[string]plan.Image{"image-0": {User: c.imageUser}}
		s := plan.Next(w, t0)
		if starts := len(s.Faults()) == 0; starts != (c.want == "") {
			t.Errorf("runAsUser %v, image user %q: starts %t", c.user, c.imageUser, starts)
		}
		if c.want != "" && !slices.ContainsFunc(s.Waits, func(w plan.Wait) bool { return strings.HasPrefix(w.Detail, c.want) }) {
			t.Errorf("runAsUser %v, image user %q: %+v, want %q", c.user, c.imageUser, s.Waits, c.want)
		}
	}
}

// Grace is what was asked for, else the pod's own, else 30 s. One that is longer than a
// duration can be is long.
func TestGrace(t *testing.T) {
	five, zero, negative, huge := int64(5), int64(0), int64(-1), int64(99999999999)
	for _, c := range []struct {
		pod, asked *int64
		want       time.Duration
	}{{nil, nil, 30 * time.Second}, {&five, nil, 5 * time.Second}, {&zero, nil, time.Second}, {&negative, nil, time.Second}, {&five, &zero, 0}, {&huge, nil, math.MaxInt32 * time.Second}} {
		pod := podOf(1, v1.RestartPolicyAlways)
		pod.Spec.TerminationGracePeriodSeconds = c.pod
		w := up(t, pod)
		op, _ := plan.Remove(w, c.asked, t0)
		w = plan.Apply(w, op, t0)
		if got := plan.Next(w, t0).Ops[0].Grace; got != c.want {
			t.Errorf("pod %v, asked %v: got %s, want %s", c.pod, c.asked, got, c.want)
		}
	}
}
