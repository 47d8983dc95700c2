package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/status"
	"github.com/minipod/minipod/runtime/translate"
)

// invalid is a pod whose newest manifest cannot be read.
func invalid(l *look) []Cause {
	if l.Invalid == "" {
		return nil
	}
	return []Cause{{
		Name: "invalid-manifest", Sure: Certain, Text: "the manifest in the label of the pod cannot be read: " + l.Invalid,
		Evidence: []string{"label " + translate.LabelManifest + " of the pause"}, Command: l.command("ps") + " -o yaml",
	}}
}

// failedAsWhole is a pod that was ended or turned away as a whole: its deadline
// is over, or a field of it cannot be honoured.
func failedAsWhole(l *look) []Cause {
	if l.Want == nil || l.Pause == nil || l.step.Phase != v1.PodFailed {
		return nil
	}
	s := status.Status(l.World, l.now)
	if s.Reason == "" {
		return nil
	}
	c := Cause{
		Name: "rejected", Sure: Certain, Text: fmt.Sprintf("the pod was rejected (%s): %s", s.Reason, s.Message),
		Evidence: []string{"status.reason: " + s.Reason}, Command: l.command("describe"),
	}
	if deadline := l.Want.Pod.Spec.ActiveDeadlineSeconds; deadline != nil && s.Reason == plan.ReasonDeadline {
		c.Name = "deadline-exceeded"
		c.Text = fmt.Sprintf("the pod was ended after %d s, as spec.activeDeadlineSeconds wants it, before its work was done", *deadline)
	}
	return []Cause{c}
}

// gated is a pod that waits for its scheduling gates.
func gated(l *look) []Cause {
	if l.Want == nil || len(l.Want.Pod.Spec.SchedulingGates) == 0 || l.Pause != nil && l.Pause.State != plan.Created {
		return nil
	}
	var gates []string
	for _, g := range l.Want.Pod.Spec.SchedulingGates {
		gates = append(gates, g.Name)
	}
	names := strings.Join(gates, ", ")
	return []Cause{{
		Name: "scheduling-gates", Sure: Certain,
		Text:     fmt.Sprintf("the pod waits until somebody removes %s from spec.schedulingGates, and nothing is started before", names),
		Evidence: []string{"spec.schedulingGates: " + names}, Command: l.command("ps") + " -o yaml",
	}}
}

// pauseDown is a pod whose pause has ended though the pod is wanted.
func pauseDown(l *look) []Cause {
	p := l.Pause
	if p == nil || p.State != plan.Exited || l.step.State != plan.Starting {
		return nil
	}
	return []Cause{{
		Name: "pause-down", Sure: Certain,
		Text:     "the pause container has ended, and with it the network that all containers of the pod share",
		Evidence: nonEmpty(fmt.Sprintf("%s ended %s ago", p.Name, age(l.now.Sub(p.FinishedAt))), p.Error),
		Command:  "docker inspect -f '{{json .State}}' " + p.Name,
	}}
}

// paused are the containers whose processes somebody has paused, which Kubernetes
// has no word for: they are running, and do nothing.
func paused(l *look) []Cause {
	cause := func(unit, title, name string) Cause {
		return Cause{
			Name: "paused", Container: unit, Sure: Certain,
			Text:     fmt.Sprintf("somebody has paused %s (docker pause), and its processes stand still: docker unpause %s lets them go on", title, name),
			Evidence: []string{name + ": State.Paused is true"}, Command: "docker inspect -f '{{json .State}}' " + name,
		}
	}
	var causes []Cause
	if l.Pause != nil && l.Pause.Paused {
		causes = append(causes, cause("", "the pause container", l.Pause.Name))
	}
	for _, u := range l.units() {
		if c := l.Latest(u.Name); c != nil && c.Paused {
			causes = append(causes, cause(u.Name, title(u), c.Name))
		}
	}
	return causes
}

// noSupervisor is the name of the cause that nobody keeps a pod.
const noSupervisor = "no-supervisor"

// unattended is a pod that nobody keeps.
func unattended(l *look) []Cause {
	waits := plan.WaitsForKeeper(l.World, l.now)
	if l.e.Kept || !plan.Unattended(l.World, l.now) && len(waits) == 0 {
		return nil
	}
	var ops []string
	for _, op := range l.step.Ops {
		if text := opText(op); !slices.Contains(ops, text) {
			ops = append(ops, text)
		}
	}
	c := Cause{
		Name: noSupervisor, Sure: Certain,
		Text:     "no supervisor is running, and the pod needs one: minipod supervise keeps it",
		Evidence: some("to be done", nonEmpty(strings.Join(ops, ", ")), 1),
		Command:  l.command("ps"),
	}
	for _, w := range waits {
		c.Evidence = append(c.Evidence, strings.TrimSpace("waits: "+w.Unit)+" "+w.Reason)
	}
	switch {
	case l.Leaving():
		c.Name, c.Text = "removal-interrupted", "the removal of the pod was interrupted, and nobody is working on it: "+l.command("rm")+" finishes it"
	case l.Intent() == plan.Halted:
		c.Name, c.Text = "stop-interrupted", "the stop of the pod was interrupted, and nobody is working on it: "+l.command("stop")+" finishes it"
	}
	return []Cause{c}
}

// opText says in a few words what is to be done.
func opText(op plan.Op) string {
	words := map[plan.Kind]string{
		plan.StartPause: "start the pause", plan.PullImage: "pull the image of", plan.CreateUnit: "make", plan.StartUnit: "start",
		plan.StopUnit: "stop", plan.StopPause: "stop the pause", plan.SetPolicy: "set the restart policy of the pause", plan.RunProbe: "probe", plan.RemoveUnit: "remove an old attempt of", plan.FillVolume: "fill a volume", plan.Measure: "measure the disk use of",
		plan.Note: "write down what was found", plan.PostStart: "run the postStart hook of", plan.PreStop: "run the preStop hook of",
	}
	word := words[op.Kind]
	if word == "" {
		word = "go on with the pod"
	}
	if op.Unit != "" {
		return word + " " + op.Unit
	}
	return word
}

// stopTime is how long a container that is being stopped may take before that
// is worth a word.
const stopTime = 2 * time.Second

// The exit codes of processes that were ended from outside.
const (
	terminated = 128 + 15
	killed     = 128 + 9
)

// deafToTerm is a container that had to be killed at the end of its grace, or
// that has not ended though it was asked to.
func deafToTerm(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Halted && !l.Leaving() {
		return nil
	}
	grace := kube.Seconds(l.GraceSeconds())
	if grace < stopTime {
		return nil
	}
	var causes []Cause
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		if c == nil {
			continue
		}
		seen := ""
		stop, told := l.warned(u.Name, "Stopping container "+u.Name)
		switch {
		case c.State == plan.Running && told && l.now.Sub(stop.Last) > stopTime:
			seen = fmt.Sprintf("it was asked to end %s ago and runs still", age(l.now.Sub(stop.Last)))
		case c.State == plan.Exited && c.ExitCode == killed && !c.OOMKilled:
			seen = fmt.Sprintf("exit code %d: it was killed", c.ExitCode)
		default:
			continue
		}
		causes = append(causes, Cause{
			Name: "ignores-sigterm", Container: u.Name, Sure: Likely,
			Text:     fmt.Sprintf("%s does not end on %s and has to be killed when its grace of %s is over%s", title(u), c.EndSignal(), grace, l.firstProcess()),
			Evidence: []string{seen, fmt.Sprintf("spec.terminationGracePeriodSeconds: %d", l.GraceSeconds())},
			Command:  inspect(*c, "json .State"),
		})
	}
	return causes
}

// firstProcess says why a program that does nothing about SIGTERM ignores it.
func (l *look) firstProcess() string {
	if l.Want.SharesPID {
		return ""
	}
	return ": it is process 1 of its PID namespace, for which a signal without a handler is ignored; shareProcessNamespace: true makes it another one"
}

// uncreated are containers that the engine did not make.
func uncreated(l *look) []Cause {
	if l.Pause == nil || l.Intent() != plan.Wanted {
		return nil
	}
	var causes []Cause
	for _, u := range l.units() {
		e, ok := l.warned(u.Name, "Error: ")
		if !ok || l.Latest(u.Name) != nil || l.explained(u.Name) {
			continue
		}
		if known := append(l.fileAsFolder(u), l.noCommand(u)...); len(known) > 0 {
			causes = append(causes, known...)
			continue
		}
		causes = append(causes, Cause{
			Name: "create-failed", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("the engine does not make %s: %s", title(u), strings.TrimPrefix(strings.TrimPrefix(e.Message, "Error: "), "Error response from daemon: ")),
			Evidence: []string{eventText(e)}, Command: l.command("events"),
		})
	}
	return causes
}

// waiting is what a pod waits for that no other cause speaks of.
func waiting(l *look) []Cause {
	if len(l.causes) > 0 {
		return nil
	}
	var causes []Cause
	for _, w := range l.step.Waits {
		if l.besides(w) || w.Fault == nil && l.step.State == plan.Up {
			continue // it is up without it: a volume stays as it is when its ConfigMap is removed
		}
		causes = append(causes, Cause{
			Name: "waiting", Container: w.Unit, Sure: Possible,
			Text: strings.TrimSuffix("the pod waits: "+w.Reason+": "+w.Detail, ": "), Evidence: l.lastWarnings(w.Unit), Command: l.command("describe"),
		})
	}
	if len(causes) == 0 {
		causes = l.onItsWay()
	}
	return causes
}

// onItsWay is a pod of which nothing more is known than that it is not yet
// where it is to be.
func (l *look) onItsWay() []Cause {
	c := Cause{Sure: Possible, Evidence: l.underWay(), Command: l.command("ps")}
	switch l.step.State {
	case plan.Starting:
		c.Name, c.Text = "starting", "the pod is still starting"
	case plan.Stopping:
		c.Name, c.Text = "stopping", "the pod is being stopped"
	case plan.Leaving:
		c.Name, c.Text = "being-removed", "the pod is being removed"
	default:
		return nil
	}
	if l.step.State != plan.Starting {
		c.Text += fmt.Sprintf(", and its containers have %d s to end in", l.GraceSeconds())
	}
	return []Cause{c}
}

// underWay is what is still to be done for a pod that is starting.
func (l *look) underWay() []string {
	var texts []string
	for _, op := range l.step.Ops {
		texts = append(texts, "to be done: "+opText(op))
	}
	return slices.Compact(texts)
}

// lastWarnings are the newest warnings of a unit.
func (l *look) lastWarnings(unit string) []string {
	const most = 3
	var texts []string
	for _, e := range slices.Backward(l.e.Events.Latest()) {
		if e.Type == v1.EventTypeWarning && e.Unit == unit && len(texts) < most {
			texts = append(texts, fmt.Sprintf("event %s: %s", e.Reason, e.Message))
		}
	}
	return texts
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
