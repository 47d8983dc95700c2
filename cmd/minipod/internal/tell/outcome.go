package tell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/cmd/minipod/internal/manifest"
	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/engine"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// Logs reads what containers have written.
type Logs interface {
	Logs(ctx context.Context, id string, opts engine.LogOptions, stdout, stderr io.Writer) error
}

// Events reads what was written down of what happened to a pod, in its pause.
type Events interface {
	ReadEvents(ctx context.Context, pause string) (event.Log, error)
}

// Outcome is how a pod was left.
type Outcome struct {
	loop.Result
	Ref translate.Ref
	// Manifest is what the pod was asked for with, whose fields are named; nil is
	// that none was given.
	Manifest *manifest.Pod
	Logs     Logs
	Events   Events
	Detail   Detail
	// Alone tells that no other pods are told of: what can be done next is.
	Alone bool
}

// downError says that a container that should run, or should have done its
// work, has ended otherwise.
type downError struct {
	ref       translate.Ref
	container string
	why       string
	at        *podspec.Problem // the same at a field of the manifest, where one is known
}

func (e *downError) Error() string {
	if e.at != nil {
		return e.at.String()
	}
	return fmt.Sprintf("container %s of pod %s %s", e.container, e.ref, e.why)
}

// Hint names the command that finds out why.
func (e *downError) Hint() string {
	return lookHint(e.ref)
}

// lookHint names what can be done with a pod that is not well.
func lookHint(ref translate.Ref) string {
	return fmt.Sprintf("%s says why; %s removes it", Command("diagnose", ref), Command("rm", ref))
}

// Tell says how a pod was left and what can be done next. A container that
// should run and does not is an error; the pod stays, to be looked at.
func (o Outcome) Tell(ctx context.Context, c Console) error {
	if o.World.Want == nil {
		return nil
	}
	o.warnUnpublished(c)
	down := plan.Down(o.World)
	switch {
	case len(down) > 0:
		return o.failure(ctx, c, down)
	case o.Step.Phase == v1.PodFailed:
		return o.FailedAsWhole()
	case o.Detail == Quiet:
		return nil
	}
	o.sayState(c, "")
	for _, w := range o.Step.Waits {
		if w.Fault != nil {
			c.Say("%s", WaitText(w))
		}
	}
	if o.Alone {
		o.next(c)
	}
	return nil
}

// warnUnpublished tells of a network that publishes no ports, where the pod has
// some: one that is internal, or none.
func (o Outcome) warnUnpublished(c Console) {
	pause, want := o.World.Pause, o.World.Want
	if o.Step.State != plan.Up || pause == nil || len(pause.Ports) > 0 || want.Pause.Host == nil || len(want.Pause.Host.PortBindings) == 0 || want.Options.Network == "" {
		return
	}
	c.Warn(fmt.Sprintf("no hostPort of pod %s is published: network %s publishes none", o.Ref, want.Options.Network))
}

// failure says what there is of a pod of which containers are down, and why they
// are.
func (o Outcome) failure(ctx context.Context, c Console, down []plan.Container) error {
	if o.Step.State == plan.Up && o.Detail != Quiet {
		o.sayPart(c)
	}
	return o.failures(ctx, c, down)
}

// TellStays says that a pod stays of which something could not start, and which of
// its other containers have failed: that is the error.
func (o Outcome) TellStays(ctx context.Context, c Console) error {
	faults := o.Step.Faults()
	down := slices.DeleteFunc(plan.Down(o.World), func(d plan.Container) bool {
		return slices.ContainsFunc(faults, func(f plan.Fault) bool { return f.Op.Unit == d.Unit })
	})
	err := o.failures(ctx, c, down)
	if o.Detail != Quiet {
		c.Say("pod %s stays, with what could be started; %s removes it", o.Ref, Command("rm", o.Ref))
	}
	return err
}

// failures says what containers that are down have written last, and is the error
// of them all.
func (o Outcome) failures(ctx context.Context, c Console, down []plan.Container) error {
	events := o.events(ctx)
	var errs []error
	for _, d := range down {
		o.lastLines(ctx, c, d.Unit)
		errs = append(errs, o.downError(d, events))
		if o.Detail != Quiet {
			o.sayAgain(c, d, events)
		}
	}
	return errors.Join(errs...)
}

// downError is the error of a container that is down. Of one that could not be
// started the same is said whoever has tried to.
func (o Outcome) downError(d plan.Container, events event.Log) error {
	err := &downError{ref: o.Ref, container: d.Unit, why: o.endText(d, events) + o.clash(d)}
	if o.Manifest != nil && unstarted(d) && o.stopText(d, events) == "" {
		p := faultProblem(*o.Manifest, plan.Wait{Unit: d.Unit, Reason: plan.ReasonRunError, Fault: plan.StartFault(d)})
		err.at = &p
	}
	return err
}

// unstarted reports whether an attempt is one that the engine could not start.
func unstarted(c plan.Container) bool { return c.Error != "" && !c.OOMKilled }

// sayPart says what there is of a pod of which not all runs.
func (o Outcome) sayPart(c Console) {
	runs := func(u translate.Unit) bool {
		at := o.World.Latest(u.Name)
		return u.Kind != translate.Ephemeral && at != nil && at.State == plan.Running
	}
	if slices.ContainsFunc(o.World.Want.Units, runs) {
		o.sayState(c, ", but not all of it")
		return
	}
	c.Say("no container of pod %s runs", o.Ref)
}

// sayAgain says that and why a container is tried again, if it is.
func (o Outcome) sayAgain(c Console, d plan.Container, events event.Log) {
	for _, w := range o.Step.Waits {
		if w.Unit == d.Unit && !w.Until.IsZero() {
			c.Say("container %s is started again later (%s)", d.Unit, w.Reason)
		}
	}
	if d.ExitCode == 0 && d.Error == "" && o.stopText(d, events) == "" && !o.isInit(d) {
		c.Say("restartPolicy: Always wants container %s to keep running", d.Unit)
	}
}

// isInit tells an init container: one that has done its work does it again for a
// new pause.
func (o Outcome) isInit(d plan.Container) bool {
	u, ok := o.World.Want.Unit(d.Unit)
	return ok && u.Kind == translate.Init
}

// clash says with whom a container that has ended badly shares a port.
func (o Outcome) clash(d plan.Container) string {
	for _, c := range plan.Clashes(o.World) {
		if rival := c.Rival(d.Unit); rival != "" {
			return "; " + rival
		}
	}
	return ""
}

// shown is how many lines of a container that is down are shown.
const shown = 5

// lastLines shows what a container wrote last. What cannot be read is not
// shown: that the container is down is told anyway.
func (o Outcome) lastLines(ctx context.Context, c Console, unit string) {
	attempt, ok := plan.LogsOf(o.World, unit, plan.Current)
	if !ok || o.Logs == nil {
		return
	}
	tail := int64(shown)
	var text bytes.Buffer
	if o.Logs.Logs(ctx, attempt.ID, engine.LogOptions{Tail: &tail}, &text, &text) != nil || text.Len() == 0 {
		return
	}
	c.Say("container %s wrote last:", unit)
	for line := range strings.Lines(text.String()) {
		c.line("  " + strings.TrimRight(line, "\r\n"))
	}
}

// events are what others have written down of the pod. Where they cannot be
// read, how the containers ended is told without them.
func (o Outcome) events(ctx context.Context) event.Log {
	if o.Events == nil || o.World.Pause == nil {
		return nil
	}
	events, err := o.Events.ReadEvents(ctx, o.World.Pause.ID)
	if err != nil {
		return nil
	}
	return events
}

// FailedAsWhole is the error of a pod that has failed though none of its
// containers has by itself.
func (o Outcome) FailedAsWhole() error {
	switch o.World.EndReason() {
	case plan.ReasonDeadline:
		return fmt.Errorf("pod %s has failed: %s", o.Ref, o.deadlineText())
	case plan.ReasonEvicted:
		return fmt.Errorf("pod %s has failed: it was evicted: %s", o.Ref, strings.TrimSpace(o.World.EndMessage()))
	}
	return fmt.Errorf("pod %s has failed", o.Ref)
}

func (o Outcome) deadlineText() string {
	return fmt.Sprintf("the pod was active for longer than its spec.activeDeadlineSeconds (%d s)", *o.World.Want.Pod.Spec.ActiveDeadlineSeconds)
}

// endText says how a container ended: what stopped it, where it did not end by
// itself.
func (o Outcome) endText(c plan.Container, events event.Log) string {
	if why := o.stopText(c, events); why != "" {
		return "was stopped: " + strings.TrimSpace(why)
	}
	switch {
	case c.OOMKilled:
		return "was killed: it used more memory than its limit"
	case unstarted(c):
		return "could not start: " + refusal(c.Error)
	case c.ExitCode == 0 && o.isInit(c):
		return "has done its work, and is to do it again: the pause of the pod is a new one"
	}
	return fmt.Sprintf("ended with exit code %d", c.ExitCode)
}

// stopText is why minipod stopped a container that was to run; empty where it
// did not.
func (o Outcome) stopText(c plan.Container, events event.Log) string {
	if why, stopped := o.World.Stopped[c.ID]; stopped {
		return why
	}
	if e, stopped := events.Stopped(c.ID); stopped {
		return e.Why
	}
	if o.World.Overdue(c) {
		return o.deadlineText()
	}
	if o.World.EndReason() == plan.ReasonEvicted {
		return "the pod was evicted: " + o.World.EndMessage()
	}
	return ""
}

// sayState says where the pod is, and what is published: on one line if that
// is not too wide, else in as many as it takes.
func (o Outcome) sayState(c Console, but string) {
	state, ports := o.state()
	line := fmt.Sprintf("pod %s %s", o.Ref, state)
	whole := line + but
	if len(ports) > 0 {
		whole = line + ", published " + strings.Join(ports, ", ") + but
	}
	if len(ports) == 0 || len([]rune(whole)) <= columns {
		c.Say("%s", whole)
		return
	}
	c.Say("%s", line+but)
	for _, l := range wrapped("  published ", ports) {
		c.Say("%s", l)
	}
}

// wrapped are words in lines that are no wider than they may be, the first with
// a heading.
func wrapped(heading string, words []string) []string {
	var lines []string
	line := heading
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		if len(line)+len(word) > columns && line != heading {
			lines = append(lines, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", len(heading))
		}
		line += word + " "
	}
	return append(lines, strings.TrimRight(line, " "))
}

// state is where the pod is, at which address, and the ports that are published.
func (o Outcome) state() (text string, ports []string) {
	if o.Step.Phase == v1.PodSucceeded {
		return "has completed", nil
	}
	pause := o.World.Pause
	text = "is up"
	if pause == nil || o.Step.State != plan.Up {
		return "is " + string(o.Step.State), nil
	}
	if len(pause.IPs) > 0 {
		text += " at " + strings.Join(pause.IPs, " and ")
	}
	return text, onAll(pause.Ports)
}

// onAll are ports of which those on all addresses, of IPv4 and of IPv6, are
// named once and without these.
func onAll(ports []string) []string {
	var short []string
	for _, port := range ports {
		port = strings.TrimPrefix(strings.TrimPrefix(port, "0.0.0.0:"), "[::]:")
		if !slices.Contains(short, port) {
			short = append(short, port)
		}
	}
	return short
}

// DefaultContainer is the annotation that names the container meant by a
// command that names none.
const DefaultContainer = "kubectl.kubernetes.io/default-container"

// next names the commands that one would type next, with the pod's own names.
func (o Outcome) next(c Console) {
	ref := o.Ref
	units := slices.DeleteFunc(slices.Clone(o.World.Want.Units), func(u translate.Unit) bool { return u.Kind != translate.App })
	if len(units) == 0 {
		return
	}
	meant := o.World.Want.Pod.Annotations[DefaultContainer]
	container := ""
	if len(o.World.Want.Units) > 1 && !slices.ContainsFunc(units, func(u translate.Unit) bool { return u.Name == meant }) {
		container = " -c " + units[0].Name
	}
	c.Say("next:")
	if o.Step.State == plan.Up {
		c.Say("  %s%s -- sh", Command("exec -it", ref), container)
		c.Say("  %s%s", Command("logs -f", ref), container)
	} else {
		c.Say("  %s%s", Command("logs", ref), container)
	}
	if ref.Namespace == "" || ref.Namespace == v1.NamespaceDefault {
		c.Say("  minipod ps -o wide")
	} else {
		c.Say("  minipod ps -o wide -n %s", ref.Namespace)
	}
	c.Say("  %s", Command("rm", ref))
}

// Command is a command line about a pod.
func Command(words string, ref translate.Ref) string { return "minipod " + words + " " + ref.Args() }
