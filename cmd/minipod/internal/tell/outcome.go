package tell

import (
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/loop"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// failedError says that a pod has ended badly.
type failedError struct {
	ref       translate.Ref
	container string
	why       string
}

func (e *failedError) Error() string {
	return fmt.Sprintf("pod %s has failed: container %s %s", e.ref, e.container, e.why)
}

// Hint names the command that shows why.
func (e *failedError) Hint() string { return Command("logs", e.ref) + " -c " + e.container }

// Outcome says how a pod was left and what can be done next. A pod that has
// failed is an error.
func Outcome(c Console, ref translate.Ref, res loop.Result) error {
	if res.World.Want == nil {
		return nil
	}
	for _, wait := range res.Step.Waits {
		if wait.Unit != "" && wait.Fault == nil {
			c.Warn(fmt.Sprintf("container %s: %s: %s (%s -c %s --previous shows what it wrote)",
				wait.Unit, wait.Reason, wait.Detail, Command("logs", ref), wait.Unit))
		}
	}
	if res.Step.Phase == v1.PodFailed {
		return failure(ref, res.World)
	}
	tellEnded(c, ref, res)
	c.Say("pod %s %s", ref, stateText(res))
	next(c, ref, res)
	return nil
}

// failure is the error of the first container that ended badly.
func failure(ref translate.Ref, w plan.World) error {
	for _, u := range w.Want.Units {
		if last := w.Latest(u.Name); last != nil && last.Ended() && (last.ExitCode != 0 || last.OOMKilled) {
			return &failedError{ref: ref, container: u.Name, why: endText(*last)}
		}
	}
	return fmt.Errorf("pod %s has failed", ref)
}

// tellEnded names the containers of a running pod that ended badly.
func tellEnded(c Console, ref translate.Ref, res loop.Result) {
	for _, u := range res.World.Want.Units {
		last := res.World.Latest(u.Name)
		if last == nil || !last.Ended() || last.ExitCode == 0 || waits(res.Step, u.Name) {
			continue
		}
		c.Warn(fmt.Sprintf("container %s %s (%s -c %s shows what it wrote)", u.Name, endText(*last), Command("logs", ref), u.Name))
	}
}

func waits(s plan.Step, unit string) bool {
	for _, w := range s.Waits {
		if w.Unit == unit {
			return true
		}
	}
	return false
}

func endText(c plan.Container) string {
	switch {
	case c.OOMKilled:
		return "was killed: it used more memory than its limit"
	case c.Error != "":
		return "could not start: " + c.Error
	}
	return fmt.Sprintf("ended with exit code %d", c.ExitCode)
}

// stateText is where a pod is, and at which address.
func stateText(res loop.Result) string {
	if res.Step.Phase == v1.PodSucceeded {
		return "has ended well"
	}
	pause := res.World.Pause
	text := "is up"
	if pause == nil || res.Step.State != plan.Up {
		return "is " + string(res.Step.State)
	}
	if len(pause.IPs) > 0 {
		text += " at " + strings.Join(pause.IPs, " and ")
	}
	if len(pause.Ports) > 0 {
		text += ", published " + strings.Join(pause.Ports, ", ")
	}
	return text
}

// next names the commands that one would type next, with the pod's own names.
func next(c Console, ref translate.Ref, res loop.Result) {
	units := res.World.Want.Units
	if len(units) == 0 {
		return
	}
	container := ""
	if len(units) > 1 {
		container = " -c " + units[0].Name
	}
	c.Say("next:")
	if res.Step.State == plan.Up {
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
func Command(words string, ref translate.Ref) string {
	text := "minipod " + words + " " + ref.Name
	if ref.Namespace != "" && ref.Namespace != v1.NamespaceDefault {
		text += " -n " + ref.Namespace
	}
	return text
}
