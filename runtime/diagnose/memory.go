package diagnose

import (
	"fmt"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// outOfMemory is a container that was killed for the memory that it used.
func outOfMemory(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil {
			continue
		}
		cause, killed := l.overMemory(u, *c)
		if !killed {
			continue
		}
		cause.Name = "out-of-memory"
		cause.Text = fmt.Sprintf("%s used more memory than it may and was killed: %s", title(u), l.memory(u))
		cause.Evidence = append(cause.Evidence, ranFor(*c))
		causes = append(causes, cause)
	}
	return causes
}

// processOutOfMemory is a container that runs on though a process of it was
// killed for the memory that it used.
func processOutOfMemory(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.Latest(u.Name)
		if c == nil || c.State != plan.Running {
			continue
		}
		cause, killed := l.overMemory(u, *c)
		if !killed {
			continue
		}
		cause.Name = "process-out-of-memory"
		cause.Text = fmt.Sprintf("a process of %s was killed for its memory, though the container runs on: %s%s", title(u), l.memory(u), l.inMemory(u))
		causes = append(causes, cause)
	}
	return causes
}

// overMemory reports whether the kernel has killed a process of an attempt for
// its memory: the engine says so of the attempt, or, where only a child of the
// first process was killed, in an event.
func (l *look) overMemory(u translate.Unit, c plan.Container) (Cause, bool) {
	cause := Cause{Container: u.Name, Sure: Certain, Evidence: []string{"the engine: OOMKilled"}, Command: inspect(c, ".State.OOMKilled")}
	if c.OOMKilled {
		return cause, true
	}
	if c.StartedAt.IsZero() || c.Ended() && c.ExitCode == 0 || l.limitOf(u) == "" {
		return cause, false
	}
	seen, _ := l.ask(Question{Kind: AskOOM, At: c.ID})
	if c.Ended() { // of what came long before it has not died
		seen.Times = slices.DeleteFunc(slices.Clone(seen.Times), func(at time.Time) bool { return c.FinishedAt.Sub(at) > settled })
	}
	if len(seen.Times) == 0 {
		return l.oomTold(cause, c)
	}
	cause.Evidence = []string{"event oom of the engine: " + times(len(seen.Times))}
	cause.Command = "docker events --since 1 --until 0s --filter event=oom --filter container=" + c.Name
	return cause, true
}

// oomTold is overMemory where the engine does not remember any more, and
// whoever keeps the pod has written it down.
func (l *look) oomTold(cause Cause, c plan.Container) (Cause, bool) {
	for _, e := range l.e.Events {
		late := c.Ended() && c.FinishedAt.Sub(e.Last) > settled
		if e.Reason == event.ReasonOOM && e.Unit == c.Unit && e.Last.After(c.StartedAt) && !late {
			cause.Evidence, cause.Command = []string{eventText(e)}, l.command("events")
			return cause, true
		}
	}
	return cause, false
}

// limitOf is the limit of memory that a unit is held to; empty for none.
func (l *look) limitOf(u translate.Unit) string {
	if limit := u.Container.Resources.Limits.Memory(); !limit.IsZero() {
		return fmt.Sprintf("its limit is %s (%s.resources.limits.memory)", limit, u.Path)
	}
	if r := l.Want.Pod.Spec.Resources; r != nil && !r.Limits.Memory().IsZero() {
		return fmt.Sprintf("the limit of the pod is %s (spec.resources.limits.memory)", r.Limits.Memory())
	}
	return ""
}

// memory says how much memory a unit may use.
func (l *look) memory(u translate.Unit) string {
	if limit := l.limitOf(u); limit != "" {
		return limit
	}
	return "the machine's memory was used up"
}

// inMemory says of a unit with a volume in memory that this counts as well.
func (l *look) inMemory(u translate.Unit) string {
	for _, v := range l.Want.Pod.Spec.Volumes {
		mounted := slices.ContainsFunc(u.Container.VolumeMounts, func(m v1.VolumeMount) bool { return m.Name == v.Name })
		if mounted && v.EmptyDir != nil && v.EmptyDir.Medium == v1.StorageMediumMemory {
			return ", and what is in volume " + v.Name + " counts (emptyDir.medium: Memory)"
		}
	}
	return ""
}

// noSpace are containers that have filled what they write to.
func noSpace(l *look) []Cause {
	var causes []Cause
	for u, c := range l.unexplained() {
		lines := slices.DeleteFunc(holding(l.log(*c), "no space left on device", "enospc"), func(line string) bool {
			return holds(line, "watch") // the kernel's limit of files that are watched has the same number
		})
		if len(lines) == 0 {
			continue
		}
		name := "its files"
		if found := paths(lines[len(lines)-1]); len(found) > 0 {
			name = found[0]
		}
		cause := Cause{
			Name: "no-space", Container: u.Name, Sure: Certain, Text: fmt.Sprintf("%s has no space left to write %s", title(u), name),
			Evidence: append(some("log", lines, 1), ranFor(*c)), Command: l.logsOf(*c),
		}
		cause.Text += l.space(u, name)
		causes = append(causes, cause)
	}
	return causes
}

// space says how much a unit may write where a file is, and what gives it more.
func (l *look) space(u translate.Unit, name string) string {
	m, _ := l.mount(u, name)
	if m == nil {
		if within(name, "/dev/shm") {
			return ": /dev/shm of a pod has 64 MiB, an emptyDir with medium: Memory mounted there has more"
		}
		return ""
	}
	for _, v := range l.Want.Pod.Spec.Volumes {
		switch e := v.EmptyDir; {
		case v.Name != m.Name:
		case e == nil || e.Medium != v1.StorageMediumMemory:
			return ": the disk of the engine's machine is full (volume " + v.Name + ")"
		case e.SizeLimit != nil:
			return fmt.Sprintf(": volume %s is in memory, and its emptyDir.sizeLimit is %s", v.Name, e.SizeLimit)
		default:
			return ": volume " + v.Name + " is in memory, and emptyDir.sizeLimit says how much it may hold"
		}
	}
	return ""
}
