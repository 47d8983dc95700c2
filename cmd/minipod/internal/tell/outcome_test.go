package tell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// That a pod is up fits 80 columns, however many ports it has.
func TestOutcomeFits(t *testing.T) {
	for ports, lines := range map[int]int{0: 1, 1: 1, 2: 2, 12: 4} {
		w := plan.World{Want: translate.New(&v1.Pod{}, translate.Options{}), Pause: &plan.Pause{IPs: []string{"172.17.0.5", "fd00::5"}}}
		for i := range ports {
			w.Pause.Ports = append(w.Pause.Ports, fmt.Sprintf("0.0.0.0:%d->%d/tcp", 8080+i, 8080+i), fmt.Sprintf("[::]:%d->%d/tcp", 8080+i, 8080+i))
		}
		var text bytes.Buffer
		o := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodRunning}}}
		if err := o.Tell(t.Context(), NewConsole(&text)); err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSpace(text.String()), "\n")
		if len(all) != lines || strings.Count(text.String(), "->") != ports {
			t.Errorf("%d ports are told in %d lines, want %d:\n%s", ports, len(all), lines, text.String())
		}
		for _, line := range all {
			if len(line) > columns {
				t.Errorf("%d columns: %s", len(line), line)
			}
		}
	}
}

// What is said of a container that ended and is started again fits 80 columns.
func TestFailureFits(t *testing.T) {
	for _, code := range []int{0, 137} {
		pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, Containers: []v1.Container{{Name: "server"}}}}
		at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
		w := plan.World{Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{IPs: []string{"172.17.0.5"}}, Containers: []plan.Container{{ID: "id", Unit: "server", State: plan.Exited, ExitCode: code, StartedAt: at, FinishedAt: at}}}
		var text bytes.Buffer
		c := NewConsole(&text)
		step := plan.Step{State: plan.Up, Waits: []plan.Wait{{Unit: "server", Reason: plan.ReasonCrashLoop, Until: at}}}
		err := Outcome{Ref: translate.Ref{Name: "backend"}, Result: loop.Result{World: w, Step: step}}.Tell(t.Context(), c)
		if err == nil {
			t.Fatal("no error")
		}
		c.Fail(err)
		c.Hint(lookHint(translate.Ref{Name: "backend"}))
		if !strings.Contains(text.String(), "started again later (CrashLoopBackOff)") {
			t.Errorf("told %s", text.String())
		}
		for line := range strings.Lines(text.String()) {
			if len(line) > columns+1 {
				t.Errorf("%d columns: %s", len(line)-1, line)
			}
		}
	}
}

// kept are events that were written down.
type kept event.Log

func (k kept) ReadEvents(context.Context, string) (event.Log, error) { return event.Log(k), nil }

// What minipod has stopped has not ended by itself, also where another process
// has stopped it.
func TestOutcomeOfWhatWasStopped(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	killing := kept{{Unit: "main", Reason: "Killing", Message: "Container main failed liveness probe", Attempt: "id", Why: "its liveness probe failed: ill\n"}}
	for name, c := range map[string]struct {
		events  kept
		stopped map[string]string
		intent  string
		after   time.Duration
		code    int
		want    string
	}{
		"by itself":              {after: time.Second, code: 143, want: "container main of pod web ended with exit code 143"},
		"by this process":        {stopped: map[string]string{"id": "its postStart hook failed: no"}, code: 143, want: "container main of pod web was stopped: its postStart hook failed: no"},
		"by another one":         {events: killing, code: 143, want: "container main of pod web was stopped: its liveness probe failed: ill"},
		"by the deadline":        {intent: plan.ReasonDeadline, after: 5 * time.Second, code: 143, want: "container main of pod web was stopped: the pod was active for longer than its spec.activeDeadlineSeconds (5 s)"},
		"before the deadline":    {intent: plan.ReasonDeadline, after: 4 * time.Second, code: 1, want: "container main of pod web ended with exit code 1"},
		"by the deadline, well":  {intent: plan.ReasonDeadline, after: 5 * time.Second, want: "pod web has failed: the pod was active for longer than its spec.activeDeadlineSeconds (5 s)"},
		"another attempt before": {events: kept{{Attempt: "other", Why: "its liveness probe failed"}}, code: 2, want: "container main of pod web ended with exit code 2"},
	} {
		seconds := int64(5)
		pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyNever, ActiveDeadlineSeconds: &seconds, Containers: []v1.Container{{Name: "main"}}}}
		if c.intent != "" {
			pod.Annotations = map[string]string{translate.AnnotationIntent: string(plan.Ended), translate.AnnotationReason: c.intent}
		}
		w := plan.World{
			Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{ID: "pause", Created: at}, Memory: plan.Memory{Stopped: c.stopped},
			Containers: []plan.Container{{ID: "id", Unit: "main", State: plan.Exited, ExitCode: c.code, StartedAt: at, FinishedAt: at.Add(c.after)}},
		}
		o := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: plan.Step{State: plan.Finished, Phase: v1.PodFailed}}, Events: c.events}
		if err := o.Tell(t.Context(), NewConsole(io.Discard)); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A container that another process could not start is told of as one of this
// process is: at its field, where there is a manifest.
func TestOutcomeOfWhatAnotherCouldNotStart(t *testing.T) {
	objects, err := podspec.Parse("web.yaml", []byte(`{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [
{name: good, image: i},
{name: bad, image: i, command: [/nope]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	given := manifest.Pod{Object: objects[0], Blueprint: translate.New(objects[0].Pod(), translate.Options{})}
	w := plan.World{Want: given.Blueprint, Pause: &plan.Pause{}, Containers: []plan.Container{
		{ID: "1", Unit: "good", State: plan.Running, StartedAt: time.Unix(1, 0)},
		{ID: "2", Unit: "bad", State: plan.Exited, ExitCode: 127, Error: `exec: "/nope": no such file or directory`},
	}}
	const why = `could not start: its command /nope is not in its files: exec: "/nope": no such file or directory`
	for want, m := range map[string]*manifest.Pod{
		"container bad of pod web " + why: nil,
		"web.yaml:3:23: spec.containers[1].command: container bad " + why + " (RunContainerError)": &given,
	} {
		o := Outcome{Ref: translate.Ref{Name: "web"}, Manifest: m, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodRunning}}}
		if err := o.Tell(t.Context(), NewConsole(io.Discard)); err == nil || err.Error() != want {
			t.Errorf("told %v, want %s", err, want)
		}
	}
}

// That a network publishes no ports is not passed over.
func TestUnpublishedPorts(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{Name: "server", Ports: []v1.ContainerPort{{ContainerPort: 80, HostPort: 8080}}}}}}
	for _, c := range []struct {
		network, published, want string
	}{
		{"inner", "", "minipod: warning: no hostPort of pod web is published: network inner publishes none\n"},
		{"mine", "0.0.0.0:8080->80/tcp", ""},
		{"", "", ""},
	} {
		w := plan.World{Want: translate.New(pod, translate.Options{Network: c.network}), Pause: &plan.Pause{}}
		if c.published != "" {
			w.Pause.Ports = []string{c.published}
		}
		var text bytes.Buffer
		o := Outcome{Ref: translate.Ref{Name: "web"}, Detail: Quiet, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodRunning}}}
		if err := o.Tell(t.Context(), NewConsole(&text)); err != nil || text.String() != c.want {
			t.Errorf("network %q: told %q, %v, want %q", c.network, text.String(), err, c.want)
		}
	}
}

// Where one container could not start, another one that has failed is told of too;
// what could not start is told of by others.
func TestOutcomeOfWhatStays(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, Containers: []v1.Container{{Name: "a"}, {Name: "b"}}}}
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	w := plan.World{
		Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{},
		Containers: []plan.Container{
			{ID: "a", Unit: "a", State: plan.Exited, ExitCode: 1, StartedAt: at, FinishedAt: at},
			{ID: "b", Unit: "b", State: plan.Created, ExitCode: 127, Error: "no"},
		},
	}
	fault := plan.Fault{Op: plan.Op{Kind: plan.StartUnit, Unit: "b"}, Err: errors.New("no")}
	step := plan.Step{State: plan.Up, Waits: []plan.Wait{{Unit: "b", Reason: plan.ReasonRunError, Fault: &fault}}}
	var text bytes.Buffer
	err := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: step}}.TellStays(t.Context(), NewConsole(&text))
	if err == nil || err.Error() != "container a of pod web ended with exit code 1" {
		t.Errorf("error is %v", err)
	}
	if want := "pod web stays, with what could be started; minipod rm web removes it\n"; !strings.Contains(text.String(), want) {
		t.Errorf("told %q, want %q", text.String(), want)
	}
}

// An init container that has done its work is not one that was to keep running.
func TestOutcomeOfWorkToDoAgain(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, InitContainers: []v1.Container{{Name: "i"}}, Containers: []v1.Container{{Name: "a"}}}}
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	w := plan.World{
		Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{State: plan.Running, StartedAt: at.Add(time.Minute)},
		Containers: []plan.Container{{ID: "i", Unit: "i", State: plan.Exited, StartedAt: at, FinishedAt: at}},
	}
	var text bytes.Buffer
	o := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodPending}}}
	err := o.Tell(t.Context(), NewConsole(&text))
	if want := "container i of pod web has done its work, and is to do it again: the pause of the pod is a new one"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	if strings.Contains(text.String(), "keep running") {
		t.Errorf("told %q", text.String())
	}
}

// What runs of a pod of which a container has failed is told: all but that, or
// nothing.
func TestOutcomeOfWhatFailed(t *testing.T) {
	pod := &v1.Pod{Spec: v1.PodSpec{RestartPolicy: v1.RestartPolicyAlways, Containers: []v1.Container{{Name: "a"}, {Name: "b"}}}}
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	ended := plan.Container{ID: "a", Unit: "a", State: plan.Exited, ExitCode: 1, StartedAt: at, FinishedAt: at}
	for other, want := range map[plan.State]string{
		plan.Running: "pod web is up at 172.17.0.5, but not all of it\n",
		plan.Exited:  "no container of pod web runs\n",
	} {
		w := plan.World{
			Want: translate.New(pod, translate.Options{}), Pause: &plan.Pause{IPs: []string{"172.17.0.5"}},
			Containers: []plan.Container{ended, {ID: "b", Unit: "b", State: other, StartedAt: at, FinishedAt: at}},
		}
		var text bytes.Buffer
		o := Outcome{Ref: translate.Ref{Name: "web"}, Result: loop.Result{World: w, Step: plan.Step{State: plan.Up, Phase: v1.PodRunning}}}
		if err := o.Tell(t.Context(), NewConsole(&text)); err == nil || !strings.HasPrefix(text.String(), want) {
			t.Errorf("told %q, %v, want %q", text.String(), err, want)
		}
	}
}
