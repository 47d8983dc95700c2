package describe

import (
	"fmt"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

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
func Advice(w plan.World, now time.Time) []string {
	ref := w.Ref()
	if w.Want == nil {
		return []string{"the manifest on its pause cannot be read: minipod rm " + ref.Args() + " removes the pod"}
	}
	pod := status.Pod(w, now)
	if pod.Status.Reason == status.Stopped {
		return []string{"it is stopped: minipod start " + ref.Args() + " goes on with it"}
	}
	var all []string
	statuses := slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses)
	for i := range statuses {
		if a := adviceOn(pod, &statuses[i], ref); a != "" {
			all = append(all, fmt.Sprintf("container %s %s", statuses[i].Name, a))
		}
	}
	for _, c := range plan.Clashes(w) {
		all = append(all, c.String())
	}
	return all
}

func adviceOn(pod *v1.Pod, s *v1.ContainerStatus, ref translate.Ref) string {
	logs := "minipod logs " + ref.Args() + " -c " + s.Name
	switch last := s.LastTerminationState.Terminated; {
	case s.State.Waiting != nil:
		return waitingAdvice(s, logs, ref)
	case s.State.Terminated != nil:
		return endAdvice(pod, s.Name, s.State.Terminated, logs)
	case s.State.Running != nil && last != nil && last.ExitCode != 0:
		return "was restarted: it " + end(last) + "; " + logs + " --previous shows what it wrote"
	case s.State.Running != nil && !s.Ready && hasProbe(pod, s.Name):
		return "runs and is not ready: the events say what its probes find, " + logs + " what it does"
	}
	return ""
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
		return "cannot be made yet: " + s.State.Waiting.Message + "; minipod get configmaps,secrets -n " + ref.Namespace + " lists what there is"
	case plan.ReasonCrashLoop:
		text := logs + " shows what it wrote"
		if last := s.LastTerminationState.Terminated; last != nil {
			text = "ends again and again: it " + end(last) + "; " + text
		}
		return text
	case plan.ReasonCreateError, plan.ReasonRunError:
		return "could not be started: " + s.State.Waiting.Message
	}
	return ""
}

func endAdvice(pod *v1.Pod, name string, t *v1.ContainerStateTerminated, logs string) string {
	if t.ExitCode == 0 && t.Reason != "OOMKilled" {
		return ""
	}
	text := end(t) + "; " + logs + " shows what it wrote"
	if t.Reason == "OOMKilled" {
		text += ", resources.limits.memory is what it may use"
		for _, c := range pod.Spec.Containers {
			if limit, ok := c.Resources.Limits[v1.ResourceMemory]; ok && c.Name == name {
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
	case t.ExitCode == 126:
		return "could not run its command (exit code 126: it may not be executed)"
	case t.ExitCode == 127:
		return "could not run its command (exit code 127: it is not in the image)"
	}
	return fmt.Sprintf("ended with exit code %d", t.ExitCode)
}

func hasProbe(pod *v1.Pod, name string) bool {
	return slices.ContainsFunc(append(slices.Clone(pod.Spec.InitContainers), pod.Spec.Containers...), func(c v1.Container) bool {
		return c.Name == name && (c.ReadinessProbe != nil || c.StartupProbe != nil)
	})
}
