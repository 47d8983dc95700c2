package event

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

func at(second int) time.Time {
	return time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC).Add(time.Duration(second) * time.Second)
}

// brief is a log in few words: when first, how often, of what, why.
func brief(l Log) []string {
	var lines []string
	for _, e := range l {
		lines = append(lines, fmt.Sprintf("%d x%d %s %s: %s", int(e.First.Sub(at(0)).Seconds()), e.Count, e.Unit, e.Reason, e.Message))
	}
	return lines
}

func world(units ...string) plan.World {
	pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways}}
	pod.Name, pod.Namespace, pod.UID = "web", "default", "uid-1"
	for _, u := range units {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: u, Image: "image"})
	}
	return plan.World{UID: pod.UID, Name: "web", Namespace: "default", Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{State: plan.Running, StartedAt: at(0)}}
}

// The same is counted and not repeated, also where two have seen it; what was
// told of before is not told of again.
func TestLog(t *testing.T) {
	var l Log
	back := warning("a", "BackOff", "back-off", at(5))
	var fresh []bool
	for _, e := range []Event{back, normal("a", "Started", "Container started", at(1)), back, warning("a", "BackOff", "back-off", at(9))} {
		var is bool
		l, _, is = l.Add(e)
		fresh = append(fresh, is)
	}
	if diff := cmp.Diff([]bool{true, true, false, true}, fresh); diff != "" {
		t.Errorf("fresh (-want +got):\n%s", diff)
	}
	want := []string{"1 x1 a Started: Container started", "5 x2 a BackOff: back-off"}
	if diff := cmp.Diff(want, brief(l)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	other := Log{warning("a", "BackOff", "back-off", at(3)), normal("b", "Started", "Container started", at(2))}
	want = []string{"1 x1 a Started: Container started", "2 x1 b Started: Container started", "3 x2 a BackOff: back-off"}
	if diff := cmp.Diff(want, brief(l.Join(other))); diff != "" {
		t.Errorf("joined (-want +got):\n%s", diff)
	}
	if got := l.Latest(); got[len(got)-1].Reason != "BackOff" || len(l.Since(at(5))) != 1 {
		t.Errorf("latest %v, since %v", brief(got), brief(l.Since(at(5))))
	}
}

// A log does not grow without end: what was not seen for longest goes first.
func TestLogIsBounded(t *testing.T) {
	l := Log{normal("a", "Killing", "first", at(0))}
	for i := range 3 * most {
		l, _, _ = l.Add(warning("a", "Unhealthy", fmt.Sprint(i), at(i+1)))
	}
	l, _, _ = l.Add(warning("a", "Unhealthy", strings.Repeat("x", 5000), at(999)))
	if len(l) != most || l[0].Reason != "Unhealthy" {
		t.Errorf("%d events, first %v", len(l), l[0])
	}
	if n := len(l[most-1].Message); n != maxMessage {
		t.Errorf("the last message has %d bytes", n)
	}
}

// The engine tells which containers were made and started, and when, whoever
// did it.
func TestOf(t *testing.T) {
	w := world("a", "b")
	w.Containers = []plan.Container{
		{ID: "1", Unit: "a", Image: "image", State: plan.Exited, Created: at(1), StartedAt: at(2)},
		{ID: "2", Unit: "a", Attempt: 1, Image: "image", State: plan.Running, Created: at(8), StartedAt: at(9)},
		{ID: "3", Unit: "b", Image: "image", State: plan.Created, Created: at(3)},
	}
	written := Log{normal("a", reasonPulled, `Successfully pulled image "image"`, at(1)), normal("a", reasonStarted, "Container started", at(2))}
	want := []string{
		`1 x1 a Pulled: Successfully pulled image "image"`,
		"1 x2 a Created: Container created", "2 x2 a Started: Container started",
		`3 x1 b Pulled: Container image "image" already present on machine and can be accessed by the pod`,
		"3 x1 b Created: Container created",
	}
	got := brief(Of(w, written))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, brief(Of(w, Of(w, written)))); diff != "" {
		t.Errorf("told of twice (-once +twice):\n%s", diff)
	}
	// Who keeps a pod that others made has written that its container was made.
	if diff := cmp.Diff(got, brief(Of(w, append(written, normal("b", reasonCreated, "Container created", at(3)))))); diff != "" {
		t.Errorf("with what was written meanwhile (-want +got):\n%s", diff)
	}
}

// An image is there before its container is made and that before it is started,
// whoever has told of it when.
func TestImageBeforeItsContainer(t *testing.T) {
	op := plan.Op{Kind: plan.CreateUnit, Unit: "a", Attempt: 1, Request: &translate.Request{Config: &container.Config{Image: "image"}}}
	w := world("a")
	if _, made := Unpulled(w, op, at(9))[0].With(w, op); made {
		t.Error("a container is made that is not there")
	}
	w.Containers = []plan.Container{{ID: "1", Unit: "a", Image: "image", Created: at(1), StartedAt: at(2)}}
	if _, made := Unpulled(w, op, at(9))[0].With(w, op); made {
		t.Error("another attempt is taken for the one that begins to be made")
	}
	w.Containers = append(w.Containers, plan.Container{ID: "2", Unit: "a", Attempt: 1, Image: "image", Created: at(8), StartedAt: at(8)})
	late, made := Unpulled(w, op, at(9))[0].With(w, op)
	if !made || late.First != at(8) || late.Last != at(8) {
		t.Errorf("who came too late to make it tells of its image at %s", late.First)
	}
	early, _ := Unpulled(w, op, at(7))[0].With(w, op)
	for first, then := range map[*Event]Event{&early: late, &late: early} {
		l, _, _ := Log{*first}.Add(then)
		if len(l) != 1 || l[0].Count != 1 || l[0].First != at(8) {
			t.Errorf("two who tried to make it tell of its image: %q", brief(l))
		}
	}
	pull := plan.Op{Kind: plan.PullImage, Unit: "a", Attempt: 1, Target: "image"}
	pulled := Pulled(w, pull, time.Second, at(9))
	if pulled.First != at(8) {
		t.Errorf("a pull that ended when another one had made the container is told of at %s", pulled.First)
	}
	var seen Log
	for _, e := range Seen(w) {
		seen, _, _ = seen.Add(e)
	}
	for name, written := range map[string]Log{
		"by nobody": {}, "of what is there": seen, "too late": {late}, "beside another one": seen.Join(Log{late}), "of a pull": {pulled},
	} {
		l := Of(w, written)
		if l[0].Reason != reasonPulled || l[1].Reason != reasonCreated || l[2].Reason != reasonStarted {
			t.Errorf("written %s, in the order of the first: %q", name, brief(l))
		}
		l = l.Latest()
		if n := len(l); l[n-3].Reason != reasonPulled || l[n-2].Reason != reasonCreated || l[n-1].Reason != reasonStarted {
			t.Errorf("written %s, in the order of the last: %q", name, brief(l))
		}
	}
}

// Who pulls an image tells of it: nobody else says that it was there.
func TestPullingIsNotThere(t *testing.T) {
	w := world("a")
	w.Containers = []plan.Container{{ID: "1", Unit: "a", Image: "image", Created: at(5)}}
	pulling := Log{normal("a", reasonPulling, "Pulling", at(1))}
	if got := pulling.Complete(w); len(got) != 1 || pulling.Lacks(w, at(9)) {
		t.Errorf("told of %v", brief(got))
	}
	if none := (Log{}); !none.Lacks(w, at(9)) || none.Lacks(w, at(5)) || none.Complete(w).Lacks(w, at(9)) {
		t.Error("a log lacks what Complete adds, and of older containers alone")
	}
}

// A pause that was started anew is told of while a container from before is
// there, unless the pod was started again on purpose.
func TestSandboxChanged(t *testing.T) {
	w := world("a")
	w.Pause.StartedAt = at(5)
	w.Containers = []plan.Container{{Unit: "a", State: plan.Exited, StartedAt: at(1)}}
	const want = "5 x1  SandboxChanged: Pod sandbox changed, it will be killed and re-created."
	if got := brief(Seen(w)); !slices.Contains(got, want) {
		t.Errorf("events %q, want %q among them", got, want)
	}
	for policy, ends := range map[v1.RestartPolicy][]plan.Container{
		v1.RestartPolicyNever:     {{Unit: "a", State: plan.Exited, ExitCode: 137, StartedAt: at(1)}, {Unit: "a", State: plan.Running, StartedAt: at(1)}},
		v1.RestartPolicyOnFailure: {{Unit: "a", State: plan.Exited, StartedAt: at(1)}},
	} {
		for _, c := range ends {
			ended := w
			pod := w.Want.Pod.DeepCopy()
			pod.Spec.RestartPolicy = policy
			ended.Want, ended.Containers = translate.New(pod, translate.Options{}), []plan.Container{c}
			if got := brief(Seen(ended)); slices.Contains(got, want) {
				t.Errorf("%s: a pod that is not made again has a changed sandbox: %q", policy, got)
			}
		}
	}
	w.Want.Pod.Annotations = map[string]string{translate.AnnotationStart: "1"}
	if got := brief(Seen(w)); slices.Contains(got, want) {
		t.Errorf("a pod that was started again on purpose has a changed sandbox: %q", got)
	}
}

// A pod that asks for a cluster's DNS is told that there is none; one that says
// nothing of it is not, nor is one in the machine's network.
func TestMissingClusterDNS(t *testing.T) {
	for policy, want := range map[v1.DNSPolicy]bool{v1.DNSClusterFirst: false, v1.DNSDefault: false, v1.DNSClusterFirstWithHostNet: true} {
		w := world("a")
		w.Want.Pod.Spec.DNSPolicy = policy
		const told = `0 x1  MissingClusterDNS: pod: "web_default(uid-1)". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`
		if got := brief(Seen(w)); slices.Contains(got, told) != want {
			t.Errorf("%s: %q", policy, got)
		}
	}
}

// A child that was killed for its memory is told of, each time, and is written
// down: the engine forgets it.
func TestKilledForItsMemory(t *testing.T) {
	w := world("a")
	w.Containers = []plan.Container{{Unit: "a", State: plan.Running, OOMAt: at(3)}}
	var l Log
	for range 2 {
		for _, e := range Seen(w) {
			l, _, _ = l.Add(e)
		}
	}
	w.Containers[0].OOMAt = at(9)
	for _, e := range Seen(w) {
		l, _, _ = l.Add(e)
	}
	i := slices.IndexFunc(l, func(e Event) bool { return e.Reason == ReasonOOM })
	if i < 0 || l[i].Routine() || brief(l[i : i+1])[0] != "3 x2 a OOMKilling: A process of container a was killed for its memory" {
		t.Errorf("the log is %q", brief(l))
	}
}

// What operations tell, in the kubelet's words.
func TestOperations(t *testing.T) {
	w := world("a")
	leaving := world("a")
	leaving.Want.Pod.DeletionTimestamp = &leaving.Want.Pod.CreationTimestamp
	expired := plan.Op{Kind: plan.Revise, Pod: &v1.Pod{}}
	expired.Pod.Annotations = map[string]string{translate.AnnotationReason: plan.ReasonDeadline}
	never := world("a")
	never.Want.Pod.Spec.RestartPolicy = v1.RestartPolicyNever
	never.Want = translate.New(never.Want.Pod, translate.Options{})
	side := world("a")
	always := v1.ContainerRestartPolicyAlways
	side.Want.Pod.Spec.InitContainers = []v1.Container{{Name: "s", Image: "image", RestartPolicy: &always}}
	side.Want = translate.New(side.Want.Pod, translate.Options{})
	stop := plan.Op{Kind: plan.StopUnit, Unit: "a"}
	probe := plan.Op{Kind: plan.RunProbe, Unit: "a", Check: translate.Readiness}
	for name, c := range map[string]struct {
		got  []Event
		want string
	}{
		"liveness":   {Began(w, plan.Op{Kind: plan.StopUnit, Unit: "a", Cause: "liveness"}, at(0)), "0 x1 a Killing: Container a failed liveness probe, will be restarted"},
		"never":      {Began(never, plan.Op{Kind: plan.StopUnit, Unit: "a", Cause: "startup"}, at(0)), "0 x1 a Killing: Container a failed startup probe"},
		"sidecar":    {Began(side, plan.Op{Kind: plan.StopUnit, Unit: "s", Cause: "liveness"}, at(0)), "0 x1 s Killing: Init container s failed liveness probe"},
		"redirect":   {Done(w, probe, &plan.ProbeWarning{Output: "away"}, at(0)), "0 x1 a ProbeWarning: Readiness probe warning: away"},
		"deadline":   {Done(w, expired, nil, at(0)), "0 x1  DeadlineExceeded: Pod was active on the node longer than the specified deadline"},
		"resize":     {Done(w, plan.Op{Kind: plan.Resize, Unit: "a"}, errors.New("no"), at(0)), "0 x1  ResizeError: Pod resize error: no"},
		"reset":      {Began(w, plan.Op{Kind: plan.StopUnit, Unit: "a", Cause: plan.CauseReset}, at(0)), "0 x1 a Killing: killing"},
		"stop":       {Began(leaving, stop, at(0)), "0 x1 a Killing: Stopping container a"},
		"definition": {Began(w, plan.Op{Kind: plan.StopUnit, Unit: "a", Cause: plan.CauseChange}, at(0)), "0 x1 a Killing: Container a definition changed, will be restarted"},
		"unhealthy":  {Done(w, probe, &plan.ProbeFailure{Output: "no"}, at(0)), "0 x1 a Unhealthy: Readiness probe failed: no"},
		"errored":    {Done(w, probe, errors.New("no"), at(0)), "0 x1 a Unhealthy: Readiness probe errored and resulted in unknown state: no"},
		"broken off": {Done(w, probe, &plan.ProbeBroken{Err: errors.New("no")}, at(0)), "0 x1 a Unhealthy: Readiness probe errored and resulted in failure state: no"},
		"postStart":  {Done(w, plan.Op{Kind: plan.PostStart, Unit: "a"}, errors.New("no"), at(0)), "0 x1 a FailedPostStartHook: PostStartHook failed"},
		"preStop":    {Done(w, plan.Op{Kind: plan.PreStop, Unit: "a"}, errors.New("no"), at(0)), "0 x1 a FailedPreStopHook: PreStopHook failed"},
		"pulled":     {[]Event{Pulled(w, plan.Op{Kind: plan.PullImage, Unit: "a", Target: "i"}, 1200*time.Millisecond, at(0))}, `0 x1 a Pulled: Successfully pulled image "i" in 1.2s (1.2s including waiting).`},
		"its size":   {[]Event{Pulled(plan.World{Images: map[string]plan.Image{"i": {Size: 137}}}, plan.Op{Kind: plan.PullImage, Unit: "a", Target: "i"}, 1200*time.Millisecond, at(0))}, `0 x1 a Pulled: Successfully pulled image "i" in 1.2s (1.2s including waiting). Image size: 137 bytes.`},
	} {
		if got := brief(c.got); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	create := plan.Op{Kind: plan.CreateUnit, Unit: "a", Request: &translate.Request{Config: &container.Config{Image: "i"}}}
	const present = `0 x1 a Pulled: Container image "i" already present on machine and can be accessed by the pod`
	if got := brief(Unpulled(w, create, at(0))); len(got) != 1 || got[0] != present {
		t.Errorf("a container that is about to be made: %q", got)
	}
	if got := Done(w, create, nil, at(1)); got != nil {
		t.Errorf("a container that was made: %q", brief(got))
	}
	if got := brief(Done(w, create, errors.New("no"), at(1))); len(got) != 1 || got[0] != "1 x1 a Failed: Error: Error response from daemon: no" {
		t.Errorf("a container that was not made: %q", got)
	}
	late := w
	late.Memory = w.Settle(create, plan.ErrStale, at(0))
	if got := Unpulled(late, create, at(1)); got != nil {
		t.Errorf("a container that is tried to be made again at once: %q", brief(got))
	}
	if got := Done(w, create, plan.ErrStale, at(1)); got != nil {
		t.Errorf("what another one has made is told of: %v", brief(got))
	}
	if got := Done(w, stop, plan.ErrStale, at(0)); got != nil {
		t.Errorf("what came too late is told of: %v", brief(got))
	}
}

// What fails again and again is one event that is counted: neither the name of
// the attempt nor an ID of Docker's makes it another. The UID of a volume is none.
func TestFailuresAreCounted(t *testing.T) {
	const endpoint, other = "4ee7f701f88f417de162632da9f24cfeabbfefc3ceabefe8f3b0276dabbcf14a", "0a9abb8612c0068734d54e7f4cf70560d34b525db927cfbec830f28c039e0e00"
	var l Log
	for i := range 3 {
		w := world("a")
		w.Containers = []plan.Container{{ID: fmt.Sprint("id", i), Name: fmt.Sprintf("web_a_%d", i), Unit: "a"}}
		start := plan.Op{Kind: plan.StartUnit, Unit: "a", Attempt: i, Target: w.Containers[0].ID}
		create := plan.Op{Kind: plan.CreateUnit, Unit: "a", Attempt: i, Target: w.Containers[0].Name}
		pause := plan.Op{Kind: plan.StartPause, Target: "pause"}
		for _, e := range slices.Concat(
			Done(w, start, fmt.Errorf("start %s: %w", w.Containers[0].Name, errors.New("no such file")), at(10*i)),
			Done(w, create, fmt.Errorf("create %s: %w", w.Containers[0].Name, errors.New("no such driver")), at(10*i+1)),
			Done(w, pause, fmt.Errorf("start web_POD: endpoint web_POD (%s): port is taken, web_v_01a22925-c7d1-73a7-834e-112280b72ba6", []string{endpoint, other, other[:12]}[i]), at(10*i+2)),
		) {
			l, _, _ = l.Add(e)
		}
	}
	want := []string{
		`0 x3 a Failed: Error: failed to start container "a": Error response from daemon: no such file`,
		"1 x3 a Failed: Error: Error response from daemon: no such driver",
		"2 x3  FailedCreatePodSandBox: Failed to create pod sandbox: start web_POD: endpoint web_POD (web): port is taken, web_v_01a22925-c7d1-73a7-834e-112280b72ba6",
	}
	if diff := cmp.Diff(want, brief(l)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestObject(t *testing.T) {
	e := warning("a", "BackOff", "text", at(1)).Object(world("a"), "machine")
	if e.InvolvedObject.FieldPath != "spec.containers{a}" || e.InvolvedObject.UID != "uid-1" || e.Source.Component != "kubelet" || e.Source.Host != "machine" || e.Count != 1 {
		t.Errorf("the event is %+v", e)
	}
	w := world()
	w.Want.Pod.Spec.NodeName = "machine"
	if e := Seen(w)[0].Object(w, "machine"); e.Source.Component != "default-scheduler" || e.Message != "Successfully assigned default/web to machine" {
		t.Errorf("the event is %+v", e)
	}
}

// Which container was stopped last though it is to run, and why, is known of
// what is counted too, whoever has seen it.
func TestStopped(t *testing.T) {
	stop := func(id, why string, second int) Event {
		return Began(world("a"), plan.Op{Kind: plan.StopUnit, Unit: "a", Target: id, Cause: "liveness", Detail: why}, at(second))[0]
	}
	var mine, theirs Log
	mine, _, _ = mine.Add(stop("1", "first", 1))
	mine, _, _ = mine.Add(stop("2", "second", 2))
	theirs, _, _ = theirs.Add(stop("3", "third", 3))
	theirs, _, _ = theirs.Add(Began(world("a"), plan.Op{Kind: plan.StopUnit, Unit: "a", Target: "4"}, at(4))[0])
	for name, c := range map[string]struct {
		of       Log
		id, want string
	}{
		"the last one":         {mine, "2", "second"},
		"one before":           {mine, "1", ""},
		"of another process":   {mine.Join(theirs), "3", "third"},
		"joined the other way": {theirs.Join(mine), "3", "third"},
		"for no cause":         {theirs, "4", ""},
		"of none":              {theirs, "", ""},
	} {
		if e, ok := c.of.Stopped(c.id); e.Why != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %t; want %q", name, e.Why, ok, c.want)
		}
	}
}
