package diagnose

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// look is one look at a pod: what is known, and what was asked for.
type look struct {
	plan.World
	e      Evidence
	now    time.Time
	step   plan.Step
	causes []Cause
	asks   []Question
}

// ask is the answer to a question; known is false while there is none, and
// where none can be had.
func (l *look) ask(q Question) (a Answer, known bool) {
	a, answered := l.e.Answers[q]
	if !answered && !slices.Contains(l.asks, q) {
		l.asks = append(l.asks, q)
	}
	return a, answered && a.Unknown == ""
}

func (l *look) log(c plan.Container) []string {
	if c.Lost {
		return nil
	}
	a, _ := l.ask(Question{Kind: AskLog, At: c.ID})
	return a.Lines
}

// lately are the last lines of a container that were written a short while ago.
func (l *look) lately(c plan.Container) []string {
	lines := l.log(c)
	a, _ := l.ask(Question{Kind: AskLog, At: c.ID})
	for len(lines) > 0 && len(a.Times) == len(lines) && l.now.Sub(a.Times[0]) > recent {
		lines, a.Times = lines[1:], a.Times[1:]
	}
	return lines
}

func (l *look) file(container, path string) (File, bool) {
	a, known := l.ask(Question{Kind: AskFile, At: container, Name: path})
	return a.File, known
}

// imageFile is a file of the image of a unit; of one that the engine lacks
// nothing is known.
func (l *look) imageFile(u translate.Unit, path string) (File, bool) {
	image, there := l.imageOf(u)
	if !there {
		return File{}, false
	}
	a, known := l.ask(Question{Kind: AskImageFile, At: image, Name: path})
	return a.File, known
}

// image is the configuration of the image of a unit.
func (l *look) image(u translate.Unit) (Image, bool) {
	image, there := l.imageOf(u)
	if !there {
		return Image{}, false
	}
	a, known := l.ask(Question{Kind: AskImage, At: image})
	return a.Image, known
}

// imageOf names the image of a unit to the engine: the one that it was made
// from, as a tag may mean another by now.
func (l *look) imageOf(u translate.Unit) (name string, there bool) {
	if c := l.Latest(u.Name); c != nil && c.ImageID != "" {
		_, there = l.Images[c.ImageID]
		if known, tagged := l.Images[c.Image]; tagged && known.ID == c.ImageID {
			there = true
		}
		return c.ImageID, there
	}
	_, there = l.Images[u.Container.Image]
	return u.Container.Image, there
}

// units are the containers of the manifest. Ephemeral ones are none of them: the
// pod is as well as it was, whatever becomes of those.
func (l *look) units() []translate.Unit {
	if l.Want == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(l.Want.Units), ephemeral)
}

func ephemeral(u translate.Unit) bool { return u.Kind == translate.Ephemeral }

// absentEphemeral are the ephemeral containers that could not be started, each
// with a warning of it.
func (l *look) absentEphemeral() []string {
	if l.Want == nil {
		return nil
	}
	var texts []string
	for _, u := range l.Want.Units {
		if c := l.Latest(u.Name); !ephemeral(u) || c != nil && !c.StartedAt.IsZero() {
			continue
		}
		text := "ephemeral container " + u.Name + " was not started"
		if warnings := l.lastWarnings(u.Name); len(warnings) > 0 {
			text += ": " + warnings[len(warnings)-1]
		}
		texts = append(texts, line(text))
	}
	return texts
}

// besides reports whether a wait is of an ephemeral container.
func (l *look) besides(w plan.Wait) bool {
	if l.Want == nil {
		return false
	}
	u, ok := l.Want.Unit(w.Unit)
	return ok && ephemeral(u)
}

// recent is for how long an attempt that has failed is of account after
// another one was started.
const recent = 2 * time.Minute

// failed is the attempt of a unit whose end is to be explained; nil where there
// is none.
func (l *look) failed(u translate.Unit) *plan.Container {
	for _, c := range plan.Down(l.World) {
		if c.Unit == u.Name {
			return &c
		}
	}
	before, over := l.before(u)
	if over {
		return nil
	}
	return before
}

// before is the attempt of a unit that has failed a short while ago, and after
// which another one runs; nil where there is none. It is over when the one that
// runs has done so for longer: what ended the first would have ended this one too.
func (l *look) before(u translate.Unit) (failed *plan.Container, over bool) {
	latest := l.Latest(u.Name)
	if latest == nil || latest.State != plan.Running || l.Intent() != plan.Wanted || l.now.Sub(latest.StartedAt) > recent {
		return nil, false
	}
	for _, c := range l.Containers {
		before := c.Unit == u.Name && c.Attempt == latest.Attempt-1
		meant := u.Rule(c.ExitCode) != "" // the manifest has it started again
		if before && c.Ended() && !meant && c.Start == latest.Start && c.Hash == latest.Hash && !l.Stale(c) {
			return &c, l.now.Sub(latest.StartedAt) > ran(c)+settled
		}
	}
	return nil, false
}

// recovered are the containers that have failed a short while ago, and run well
// since.
func (l *look) recovered() []string {
	var texts []string
	for _, u := range l.units() {
		if c, over := l.before(u); over {
			texts = append(texts, fmt.Sprintf("%s %s%s; it has run for longer than before: %s", title(u), endText(*c), l.again(u, *c), l.logsOf(*c)))
		}
	}
	return texts
}

// ran is for how long an attempt that has ended ran.
func ran(c plan.Container) time.Duration {
	if c.StartedAt.IsZero() {
		return 0
	}
	return max(c.FinishedAt.Sub(c.StartedAt), 0)
}

// words are all that was said about the end of an attempt: by the engine when
// it could not start it, and by itself.
func (l *look) words(c plan.Container) []string {
	var lines []string
	if c.Error != "" {
		lines = append(lines, c.Error)
	}
	return append(lines, l.log(c)...)
}

// explained reports whether a cause was found of what a unit does.
func (l *look) explained(unit string) bool {
	return slices.ContainsFunc(l.causes, func(c Cause) bool { return c.Container == unit && c.Sure != Possible })
}

// unexplained are the units that have failed, each with its container that did, of
// which no cause was found yet.
func (l *look) unexplained() iter.Seq2[translate.Unit, *plan.Container] {
	return func(yield func(translate.Unit, *plan.Container) bool) {
		for _, u := range l.units() {
			if c := l.failed(u); c != nil && !l.explained(u.Name) && !yield(u, c) {
				return
			}
		}
	}
}

// explainedBy reports whether a cause of a name was found of a unit.
func (l *look) explainedBy(unit, name string) bool {
	return slices.ContainsFunc(l.causes, func(c Cause) bool { return c.Container == unit && c.Name == name })
}

// warned is the newest event of a unit whose message begins with a text.
func (l *look) warned(unit, prefix string) (e event.Event, ok bool) {
	for _, e = range slices.Backward(l.e.Events.Latest()) {
		if e.Unit == unit && strings.HasPrefix(e.Message, prefix) {
			return e, true
		}
	}
	return event.Event{}, false
}

// argv is the command line of a unit, as far as it is known.
func (l *look) argv(u translate.Unit) []string {
	c := u.Container
	if len(c.Command) > 0 {
		return append(slices.Clone(c.Command), c.Args...)
	}
	image, known := l.image(u)
	if !known {
		return nil
	}
	if len(c.Args) > 0 {
		return append(slices.Clone(image.Entrypoint), c.Args...)
	}
	return append(slices.Clone(image.Entrypoint), image.Cmd...)
}

// manifest is the file of the pod, for a shell.
func (l *look) manifest() string {
	if l.e.File == "" {
		return "FILE" // which one, whoever asks knows
	}
	return word(l.e.File)
}

// source is what minipod explain is to be asked about: the file of a pod that
// has not been run, else the pod.
func (l *look) source() string {
	if l.Pause == nil {
		return l.manifest()
	}
	return l.Ref().Args()
}

// command is a command of minipod about the pod.
func (l *look) command(words string) string { return "minipod " + words + " " + l.Ref().Args() }

// logsOf is the command that shows what an attempt wrote.
func (l *look) logsOf(c plan.Container) string {
	text := l.command("logs") + " -c " + c.Unit
	if latest := l.Latest(c.Unit); latest != nil && latest.Attempt > c.Attempt {
		text += " --previous"
	}
	return text
}

// inspect is the command that shows what the engine knows of an attempt.
func inspect(c plan.Container, field string) string {
	return fmt.Sprintf("docker inspect -f '{{%s}}' %s", field, c.Name)
}

// title names a unit in a sentence.
func title(u translate.Unit) string {
	switch u.Kind {
	case translate.Init:
		return "init container " + u.Name
	case translate.Sidecar:
		return "sidecar " + u.Name
	}
	return "container " + u.Name
}

// mount is the volume mount of a unit that a file is in, and the file's path in
// it; nil for one of the container's own files. Where /bin of the image is a
// link to usr/bin, what is mounted at /usr has /bin/sh.
func (l *look) mount(u translate.Unit, name string) (found *v1.VolumeMount, inside string) {
	if len(u.Container.VolumeMounts) == 0 {
		return nil, ""
	}
	for range links {
		if found, inside = l.mounted(u, name); found != nil {
			break
		}
		name = l.followed(u, name)
	}
	return found, inside
}

// mounted is the same of a path without links.
func (l *look) mounted(u translate.Unit, name string) (found *v1.VolumeMount, inside string) {
	longest := -1
	for i, m := range u.Container.VolumeMounts {
		if at := l.real(u, m.MountPath); within(name, at) && len(at) > longest {
			found, inside, longest = &u.Container.VolumeMounts[i], strings.TrimPrefix(name[len(strings.TrimSuffix(at, "/")):], "/"), len(at)
		}
	}
	return found, inside
}

// links is how many links one after the other are followed.
const links = 5

// real is where a path leads to in the image of a unit.
func (l *look) real(u translate.Unit, name string) string {
	for range links {
		name = l.followed(u, name)
	}
	return name
}

// followed is a path with the first link in it, if there is one, followed in the
// image of a unit.
func (l *look) followed(u translate.Unit, name string) string {
	to := name
	for at := path.Clean(name); at != "/" && at != "."; at = path.Dir(at) {
		if f, known := l.imageFile(u, at); known && f.Link != "" {
			to = path.Join(f.Link, strings.TrimPrefix(name, at))
		}
	}
	return to
}

// within reports whether a path is a folder or in it.
func within(path, folder string) bool {
	folder = strings.TrimSuffix(folder, "/")
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// age is a duration as a reader wants it.
func age(d time.Duration) string { return max(d, 0).Round(time.Second).String() }
