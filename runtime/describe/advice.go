package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

func (p *page) advice(all []string) {
	if len(all) == 0 {
		return
	}
	p.columns.Flush()
	p.line(top, "Look at next:")
	for _, a := range all {
		p.line(inner, "%s", a)
	}
}

// Advice is what to look at next where something is wrong with a pod, and the
// command that shows it; nothing where all is well.
func Advice(w plan.World, log event.Log, now time.Time) []string {
	ref := w.Ref()
	if w.Want == nil {
		return []string{"the manifest on its pause cannot be read: minipod rm " + ref.Args() + " removes the pod"}
	}
	pod := status.Pod(w, now)
	if pod.Status.Reason == status.Stopped {
		return []string{"it is stopped: minipod start " + ref.Args() + " goes on with it"}
	}
	all := waits(w, log, now)
	statuses := slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses)
	for i := range statuses {
		u, _ := w.Want.Unit(statuses[i].Name)
		on := advised{ContainerStatus: &statuses[i], unit: u, pod: pod, ref: ref, log: log, now: now}
		if a := on.advice(); a != "" {
			all = append(all, fmt.Sprintf("container %s %s", statuses[i].Name, a))
		}
	}
	for _, c := range plan.Clashes(w) {
		if !settled(w, c.First, now) || !settled(w, c.Second, now) {
			all = append(all, c.String())
		}
	}
	return all
}

// settled reports whether a container has run for so long that it has found its
// ports free.
func settled(w plan.World, unit string, now time.Time) bool {
	const enough = 10 * time.Second
	c := w.Latest(unit)
	return c != nil && c.State == plan.Running && now.Sub(c.StartedAt) > enough
}

// waits are what keeps the pod as a whole from starting or from leaving; what
// keeps one container is told with it.
func waits(w plan.World, log event.Log, now time.Time) []string {
	var all []string
	step := plan.Next(w, now)
	latest := log.Latest()
	if n := len(latest); n > 0 && len(step.Waits) == 0 && step.State == plan.Starting && latest[n-1].Unit == "" && latest[n-1].Type == v1.EventTypeWarning {
		// what only those who keep it have met: the path of a volume is not there
		all = append(all, fmt.Sprintf("it waits: %s; %s", latest[n-1].Message, diagnosed(w.Ref())))
	}
	for _, wait := range step.Waits {
		switch {
		case wait.Unit != "", wait.Fault == nil && step.State == plan.Up, wait.Fault != nil && wait.Fault.Op.Kind == plan.PullImage:
		case wait.Reason == v1.PodReasonSchedulingGated:
			var gates []string
			for _, g := range w.Want.Pod.Spec.SchedulingGates {
				gates = append(gates, g.Name)
			}
			all = append(all, fmt.Sprintf("it waits until somebody removes %s from spec.schedulingGates; nothing is started before", strings.Join(gates, ", ")))
		default:
			all = append(all, fmt.Sprintf("it waits: %s; %s", wait.Detail, diagnosed(w.Ref())))
		}
	}
	return all
}

// advised is a container and what is known of it.
type advised struct {
	*v1.ContainerStatus
	unit translate.Unit
	pod  *v1.Pod
	ref  translate.Ref
	log  event.Log
	now  time.Time
}

func (a advised) advice() string {
	logs := "minipod logs " + a.ref.Args() + " -c " + a.Name
	last, running := a.LastTerminationState.Terminated, a.State.Running
	stop, stopped := a.stopped(last)
	meant := stopped && stop.Meant() || last != nil && a.unit.Rule(int(last.ExitCode)) != ""
	switch {
	case stopped && !meant && (running != nil || a.State.Waiting != nil && a.State.Waiting.Reason == plan.ReasonCrashLoop):
		return "was stopped to be started again: " + strings.Join(strings.Fields(stop.Why), " ") + "; " + diagnosed(a.ref)
	case a.State.Waiting != nil:
		return waitingAdvice(a.ContainerStatus, logs, a.ref)
	case a.State.Terminated != nil && a.unit.Kind == translate.Sidecar && a.pod.Status.Phase == v1.PodSucceeded:
		return "" // how it ends does not matter
	case a.State.Terminated != nil:
		return a.endAdvice(a.State.Terminated, logs)
	case running != nil && last != nil && last.ExitCode != 0 && !meant:
		return "was restarted: it " + end(last) + "; " + logs + " --previous shows what it wrote"
	case running != nil && a.unit.Kind == translate.Init && a.now.Sub(running.StartedAt.Time) >= plan.InitTime:
		return "runs still, and nothing after it starts before it ends: " + logs + " shows what it does"
	case running != nil && !a.Ready && a.probed():
		return "runs and is not ready: the events say what its probes find, " + logs + " what it does"
	}
	return ""
}

// stopped tells of the stop of the attempt that ended before this one, though it
// was to run; there is none where it ended by itself.
func (a advised) stopped(last *v1.ContainerStateTerminated) (event.Event, bool) {
	i := slices.IndexFunc(a.log, func(e event.Event) bool {
		return last != nil && e.Unit == a.Name && e.Attempt != "" && "docker://"+e.Attempt == last.ContainerID
	})
	if i < 0 {
		return event.Event{}, false
	}
	return a.log[i], true
}

func waitingAdvice(s *v1.ContainerStatus, logs string, ref translate.Ref) string {
	switch s.State.Waiting.Reason {
	case plan.ReasonErrImagePull, plan.ReasonPullBackOff:
		return fmt.Sprintf("has no image: is the name right? docker pull %s tries it", s.Image)
	case plan.ReasonInvalidImage:
		return fmt.Sprintf("has no image, and no image can be named %q: is there a capital letter, a blank or a second colon in it?", s.Image)
	case plan.ReasonNeverPull:
		return fmt.Sprintf("has no image, and its imagePullPolicy is Never: docker images lists those that are there, docker pull %s gets it", s.Image)
	case plan.ReasonConfigError:
		return "cannot be made yet: " + s.State.Waiting.Message + "; " + diagnosed(ref)
	case plan.ReasonCrashLoop:
		text := logs + " shows what it wrote"
		if last := s.LastTerminationState.Terminated; last != nil {
			if last.Reason == status.CannotRun {
				text = diagnosed(ref)
			}
			text = "ends again and again: it " + end(last) + "; " + text
		}
		return text
	case plan.ReasonCreateError, plan.ReasonRunError:
		return "could not be started: " + s.State.Waiting.Message
	}
	return ""
}

// diagnosed is what is typed where a container has written nothing that tells.
func diagnosed(ref translate.Ref) string {
	return "minipod diagnose " + ref.Args() + " finds the cause"
}

func (a advised) endAdvice(t *v1.ContainerStateTerminated, logs string) string {
	switch {
	case t.Reason == status.CannotRun:
		return end(t) + "; " + diagnosed(a.ref)
	case t.ExitCode == 0 && t.Reason != "OOMKilled":
		return ""
	}
	text := end(t) + "; " + logs + " shows what it wrote"
	if t.Reason == "OOMKilled" {
		text += ", resources.limits.memory is what it may use"
		for _, c := range a.pod.Spec.Containers {
			if limit, ok := c.Resources.Limits[v1.ResourceMemory]; ok && c.Name == a.Name {
				text += ": " + limit.String()
			}
		}
	}
	return text
}

// end is how a container ended, in words.
func end(t *v1.ContainerStateTerminated) string {
	switch {
	case t.Reason == "OOMKilled":
		return "was killed: it used more memory than it may"
	case t.Reason == status.CannotRun && !strings.Contains(t.Message, "exec:"): // what it failed at is not its command
		return fmt.Sprintf("could not be started (exit code %d)", t.ExitCode)
	case t.ExitCode == 126:
		return "could not run its command (exit code 126: it may not be executed)"
	case t.ExitCode == 127:
		return "could not run its command (exit code 127: it is not in the image)"
	}
	return fmt.Sprintf("ended with exit code %d", t.ExitCode)
}

// probed reports whether a probe that makes a container ready has been run.
func (a advised) probed() bool {
	for _, kind := range []translate.ProbeKind{translate.Startup, translate.Readiness} {
		if p := a.unit.Probe(kind); p != nil {
			return a.now.Sub(a.State.Running.StartedAt.Time) >= time.Duration(p.InitialDelaySeconds)*time.Second
		}
	}
	return false
}
