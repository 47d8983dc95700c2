package diagnose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// notRunnable is a container that the engine could not start for a reason that
// is not its command.
func notRunnable(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil || c.Error == "" || l.explained(u.Name) {
			continue
		}
		cause := Cause{
			Name: "start-failed", Container: u.Name, Sure: Certain, Text: fmt.Sprintf("the engine cannot start %s: %s", title(u), c.Error),
			Evidence: []string{fmt.Sprintf("exit code %d", c.ExitCode)}, Command: inspect(*c, ".State.Error"),
		}
		switch {
		case holds(c.Error, "unable to find user", "unable to find group"):
			cause.Name = "user-unknown"
		case holds(c.Error, "chdir to cwd"):
			cause.Name = "working-dir-missing"
		}
		causes = append(causes, cause)
	}
	return causes
}

// outlived are containers that run on in a pod whose work is done as far as
// another one does it: it ends when all of them have.
func (l *look) outlived() []string {
	if l.Pause == nil || l.Want == nil || l.Intent() != plan.Wanted || len(plan.Down(l.World)) > 0 {
		return nil
	}
	done, run := "", ""
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		switch {
		case u.Kind != translate.App || c == nil:
		case c.State == plan.Running:
			run = u.Name
		case c.Ended() && l.now.Sub(c.FinishedAt) > settled:
			done = u.Name
		}
	}
	if done == "" || run == "" {
		return nil
	}
	return []string{fmt.Sprintf("container %s has ended and %s runs on: the pod ends when both have, but for what is an init container with restartPolicy: Always", done, run)}
}

// shells are programs that end at once when nobody talks to them.
func shells() []string { return []string{"sh", "bash", "ash", "dash", "zsh", "ksh", "fish"} }

// shellWithNothing is a shell that had nothing to do, and ended.
func shellWithNothing(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil && !l.endless(u) || c != nil && c.ExitCode != 0 || u.Kind == translate.Init {
			continue
		}
		argv := l.argv(u)
		if len(argv) == 0 {
			continue
		}
		interactive := !slices.ContainsFunc(argv[1:], func(arg string) bool { return arg != "-" && arg != "-l" && arg != "-i" })
		if !interactive || !slices.Contains(shells(), path.Base(argv[0])) || u.Container.Stdin {
			continue
		}
		cause := Cause{
			Name: "shell-with-nothing-to-do", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s runs the shell %s with nothing to do, which ends at once: it wants a command, or stdin: true and tty: true", title(u), argv[0]),
			Evidence: []string{"command line: " + strings.Join(argv, " ")}, Command: "docker image inspect -f '{{json .Config.Cmd}}' " + word(u.Container.Image),
		}
		if c != nil {
			cause.Evidence = append(cause.Evidence, ranFor(*c))
			cause.Command = inspect(*c, "json .Path}} {{json .Args}} {{.State.ExitCode")
		}
		causes = append(causes, cause)
	}
	return causes
}

// endless reports whether a unit that has not been run is to run for ever.
func (l *look) endless(u translate.Unit) bool {
	return l.Pause == nil && u.Restart == v1.RestartPolicyAlways
}

// ranFor says how an attempt ended, and after what time.
func ranFor(c plan.Container) string {
	text := fmt.Sprintf("exit code %d", c.ExitCode)
	if d := ran(c); d > 0 {
		text += " after " + age(d)
	}
	return text
}

// initSystem is a program that has to be process 1, in a container where the
// pause is.
func initSystem(l *look) []Cause {
	if l.Want == nil || !l.Want.SharesPID {
		return nil
	}
	var causes []Cause
	for u, c := range l.unexplained() {
		lines := holding(l.words(*c), "can only run as pid 1", "must be run as pid 1", "must run as pid 1", "not running as pid 1", "not been booted with systemd", "alternative telinit", "run as process 1")
		argv := l.argv(u)
		known := len(argv) > 0 && (argv[0] == "/sbin/init" || slices.Contains([]string{"systemd", "s6-svscan", "runit-init"}, path.Base(argv[0])))
		if len(lines) == 0 && !known {
			continue
		}
		cause := Cause{
			Name: "init-not-process-1", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("the init system of %s has to be process 1, which in a shared PID namespace is the pause: shareProcessNamespace: false gives the container its own", title(u)),
			Evidence: append(some("log", lines, 2), l.Want.PIDWhy, "command line: "+strings.Join(argv, " ")), Command: l.command("ns"),
		}
		if len(lines) == 0 {
			cause.Sure = Likely
		}
		causes = append(causes, cause)
	}
	return causes
}

// shownLines is how many lines of a log are shown.
const shownLines = 5

// crashed is a container that has ended and is to run, or has failed, where
// nothing else says why.
func crashed(l *look) []Cause {
	var causes []Cause
	if len(failedAsWhole(l)) > 0 {
		return nil // its containers were ended with it
	}
	for u, c := range l.unexplained() {
		cause := Cause{
			Name: "crashed", Container: u.Name, Sure: Certain, Text: title(u) + " " + endText(*c) + l.again(u, *c),
			Evidence: slices.Concat([]string{ranFor(*c)}, restarts(*c), l.said(*c)), Command: l.logsOf(*c),
		}
		if at, message := podspec.CommandSlip(u.Container); at != "" {
			cause.Evidence = append(cause.Evidence, u.Path+"."+at+": "+message)
		}
		switch {
		case c.Lost:
			cause.Command = l.command("events")
		case c.ExitCode == 0:
			cause.Name = "ended"
			cause.Text += "; restartPolicy: Always wants it to keep running, restartPolicy: OnFailure or Never lets it end"
		case u.Kind == translate.Init:
			cause.Text += "; nothing after it starts before it ends with 0"
		}
		causes = append(causes, cause)
	}
	return causes
}

// said are the last lines that an attempt wrote, and the first of them all where
// they are known: a program that tells how it is used says before that what was
// wrong.
func (l *look) said(c plan.Container) []string {
	all := l.log(c)
	shown := some("log", all, shownLines)
	if len(all) > shownLines && len(all) < LogLines {
		shown = slices.Concat([]string{"log: " + all[0], "log: ..."}, shown[len(shown)-shownLines+1:])
	}
	return shown
}

func endText(c plan.Container) string {
	const broken = 128 // and the number of a signal
	switch signals := map[int]string{4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV", 15: "SIGTERM"}; {
	case c.Unknown:
		return "is gone: somebody has removed it while it ran (docker rm -f)"
	case c.ExitCode == 0:
		return "has done its work and ended"
	case c.ExitCode == killed:
		return "was killed (exit code 137)"
	case signals[c.ExitCode-broken] != "":
		return fmt.Sprintf("ended with exit code %d (%s)", c.ExitCode, signals[c.ExitCode-broken])
	}
	return fmt.Sprintf("ended with exit code %d", c.ExitCode)
}

// restarts says how often a unit had been started again when an attempt ended.
func restarts(c plan.Container) []string {
	if c.Restarts == 0 {
		return nil
	}
	return []string{"started again before: " + times(c.Restarts)}
}

// again says whether a unit has been started again since an attempt ended, or
// will be.
func (l *look) again(u translate.Unit, c plan.Container) string {
	text := ""
	if latest := l.Latest(u.Name); latest != nil && latest.Attempt > c.Attempt && latest.State == plan.Running {
		text += fmt.Sprintf(", and was started again %s ago", age(l.now.Sub(latest.StartedAt)))
	}
	for _, w := range l.step.Waits {
		if w.Unit == u.Name && w.Reason == plan.ReasonCrashLoop {
			text += fmt.Sprintf(", and is started again in %s (CrashLoopBackOff)", age(w.Until.Sub(l.now)))
		}
	}
	return text
}
