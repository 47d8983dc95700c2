package diagnose

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// What the kernel, the engine and shells say of programs that they cannot run.
const (
	execFormat   = "exec format error"
	notInPath    = "executable file not found"
	noSuchFile   = "no such file or directory"
	notPermitted = "permission denied"
)

// badCommands are commands that are not there, or that nothing can run.
func badCommands(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		if l.explained(u.Name) {
			continue
		}
		if failed := l.failed(u); failed != nil {
			causes = append(causes, l.badCommand(u, *failed)...)
		} else if l.Pause == nil {
			causes = append(causes, append(l.fileAsFolder(u), l.absentCommand(u)...)...)
		}
	}
	return causes
}

// badCommand is why an attempt could not run its program.
func (l *look) badCommand(u translate.Unit, c plan.Container) []Cause {
	if c.ExitCode == 0 || c.OOMKilled {
		return nil
	}
	words := l.words(c)
	argv := l.argv(u)
	program := ""
	if len(argv) > 0 {
		program = argv[0]
	}
	cause := Cause{Container: u.Name, Sure: Certain, Command: inspect(c, ".State.Error")}
	if c.Error == "" {
		cause.Command = l.logsOf(c)
	}
	for _, line := range words {
		engine := c.Error != "" && line == c.Error || strings.HasPrefix(line, "exec "+program+":") || strings.Contains(line, "exec user process caused")
		cause.Evidence = []string{"seen: " + line}
		switch {
		case engine && holds(line, notInPath):
			return l.notThere(cause, u, quotedProgram(line, program))
		case engine && holds(line, execFormat):
			return l.unrunnable(cause, u, c, program)
		case engine && holds(line, noSuchFile) && strings.Contains(program, "/") && strings.Contains(line, program):
			image, _ := l.image(u)
			return l.lost(cause, u, c, candidates(program, u, image)[0])
		case engine && holds(line, notPermitted) && strings.Contains(line, program):
			return l.notExecutable(cause, u, c, program)
		}
	}
	return l.fromShell(cause, u, c, words)
}

// split says of a program with blanks in it that it was meant to be several
// words.
func split(program string) string {
	if len(strings.Fields(program)) < 2 {
		return ""
	}
	return ": it is one word with a blank in it, write " + podspec.AsWords(program)
}

// meant is what a unit whose program is not there may have been meant to be: of
// several words, or what the image runs with other arguments.
func (l *look) meant(u translate.Unit, program string) string {
	image, known := l.image(u)
	c := u.Container
	switch text := split(program); {
	case text != "" || !known:
		return text
	case len(c.Command) > 0 && len(image.Entrypoint) > 0:
		return ": command takes the place of the image's ENTRYPOINT (" + commandLine(image.Entrypoint) + "), args are given to it"
	case len(c.Command) == 0 && len(c.Args) > 0 && len(image.Entrypoint) == 0 && len(image.Cmd) > 0:
		return ": the image has no ENTRYPOINT, and args take the place of its CMD (" + commandLine(image.Cmd) + ")"
	}
	return ""
}

func quotedProgram(line, program string) string {
	if name := quoted(line, "exec: "); name != "" {
		return name
	}
	return program
}

// notThere is a command that is in no folder of the image's PATH.
func (l *look) notThere(c Cause, u translate.Unit, program string) []Cause {
	c.Name = "command-not-found"
	c.Text = fmt.Sprintf("the command %s of %s is in no folder of the PATH of image %s (exit code 127)%s", program, title(u), u.Container.Image, l.meant(u, program))
	return []Cause{c}
}

// lost is a program of which the kernel says that it is not there: it, or what
// has to run it.
func (l *look) lost(c Cause, u translate.Unit, failed plan.Container, program string) []Cause {
	file, known := l.file(failed.ID, program)
	switch {
	case !known:
		return nil
	case !file.There:
		c.Name = "command-not-found"
		c.Text = fmt.Sprintf("the command %s of %s does not exist in its files%s", program, title(u), l.meant(u, program))
		return []Cause{c}
	}
	return l.script(c, u, failed, program, file)
}

// script is a program that is there and whose interpreter is not.
func (l *look) script(c Cause, u translate.Unit, failed plan.Container, program string, file File) []Cause {
	line, isScript := shebang(file)
	if !isScript {
		if bytes.HasPrefix(file.Head, []byte("\x7fELF")) {
			c.Name, c.Sure = "loader-missing", Likely
			c.Text = fmt.Sprintf("the program %s of %s is there, but the dynamic loader that it was linked for (glibc or musl) is not in image %s", program, title(u), u.Container.Image)
			return []Cause{c}
		}
		return nil
	}
	c.Evidence = append(c.Evidence, fmt.Sprintf("%s begins with %q", program, line))
	if strings.HasSuffix(line, "\r") {
		c.Name = "script-crlf"
		c.Text = fmt.Sprintf("the script %s of %s ends its lines with CRLF, so that its interpreter is looked for as %q", program, title(u), sought(line))
		return []Cause{c}
	}
	c.Name = "interpreter-missing"
	c.Text = fmt.Sprintf("the script %s of %s asks for %s, which image %s does not have", program, title(u), interpreter(line), u.Container.Image)
	if found, known := l.file(failed.ID, interpreter(line)); !known || found.There {
		return nil
	}
	return []Cause{c}
}

// unrunnable is a program that the kernel cannot make anything of.
func (l *look) unrunnable(c Cause, u translate.Unit, failed plan.Container, program string) []Cause {
	if !strings.HasPrefix(program, "/") {
		return nil
	}
	file, known := l.file(failed.ID, program)
	if !known || !file.There {
		return nil
	}
	if arch := elfArchitecture(file.Head); arch != "" {
		machine, known := l.ask(Question{Kind: AskMachine})
		if !known || machine.Text == arch {
			return nil
		}
		c.Name = "wrong-architecture"
		c.Text = fmt.Sprintf("the program %s of %s is made for %s, and the engine's machine is %s", program, title(u), arch, machine.Text)
		return []Cause{c}
	}
	if _, isScript := shebang(file); isScript || bytes.HasPrefix(file.Head, []byte("\x7fELF")) {
		return nil
	}
	c.Name = "no-shebang"
	c.Text = fmt.Sprintf("the script %s of %s has no first line that says what runs it, such as #!/bin/sh", program, title(u))
	c.Evidence = append(c.Evidence, fmt.Sprintf("%s begins with %q", program, firstLine(file.Head)))
	return []Cause{c}
}

// notExecutable is a program without the right to be run.
func (l *look) notExecutable(c Cause, u translate.Unit, failed plan.Container, program string) []Cause {
	c.Name = "not-executable"
	c.Text = fmt.Sprintf("the command %s of %s may not be executed (exit code 126)", program, title(u))
	if file, known := l.file(failed.ID, program); known && file.There {
		c.Evidence = append(c.Evidence, owned(program, file))
		if file.Dir {
			c.Text = fmt.Sprintf("the command %s of %s is a folder", program, title(u))
		}
		if closed, found := l.closed(c, u, failed, program); found && !file.Dir && file.runnable() {
			return []Cause{closed}
		}
		if m, inside := l.mount(u, program); m != nil && !file.Dir {
			c.Text += ": " + l.executable(*m, inside)
		}
	}
	return []Cause{c}
}

// closed is a program that the user of its container may not run, or in a folder
// that he may not enter.
func (l *look) closed(c Cause, u translate.Unit, failed plan.Container, program string) (Cause, bool) {
	who, known := l.user(u, failed)
	if !known || who.uid == 0 {
		return c, false
	}
	what := "run its command " + program
	for at := program; at != "/" && at != "."; at = path.Dir(at) {
		file, known := l.file(failed.ID, at)
		if known && file.There && !who.may(file, mayEnter) {
			c.Name = permissionDenied
			c.Text = fmt.Sprintf("%s runs as user %s, who may not %s: %s", title(u), who, what, owned(at, file))
			c.Evidence = []string{c.Evidence[0], owned(at, file), "user of the container: " + who.String()}
			return c, true
		}
		what = fmt.Sprintf("enter %s, where its command %s is", path.Dir(at), program)
	}
	return c, false
}

// executable is what gives a file of a volume the right to be run: the volume,
// where it writes the file, else whoever put it there.
func (l *look) executable(m v1.VolumeMount, inside string) string {
	i := slices.IndexFunc(l.Want.Pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == m.Name })
	if i < 0 {
		return "chmod +x gives it the right"
	}
	switch v := l.Want.Pod.Spec.Volumes[i]; {
	case v.HostPath != nil:
		file := path.Join(v.HostPath.Path, m.SubPath, inside)
		return "on the machine, chmod +x " + word(file) + " gives it the right"
	case v.ConfigMap != nil, v.Secret != nil, v.Projected != nil, v.DownwardAPI != nil:
		return "the volume has to give it the mode, with defaultMode: 0755"
	}
	return "chmod +x gives it the right"
}

// fromShell is what a shell says of a command that it does not find or may not
// run.
func (l *look) fromShell(c Cause, u translate.Unit, failed plan.Container, words []string) []Cause {
	const cannotRun, notFound = 126, 127
	if failed.Error == "" {
		if found := l.absentLibrary(c, u, failed, words); len(found) > 0 {
			return found
		}
		if causes := l.carriageReturned(u, failed, words); len(causes) > 0 {
			return causes
		}
	}
	if failed.ExitCode != cannotRun && failed.ExitCode != notFound || failed.Error != "" {
		return nil
	}
	c.Command = l.logsOf(failed)
	lines := holding(words, "not found", notPermitted, "can't open", noSuchFile, "cannot execute")
	if len(lines) == 0 {
		return nil
	}
	last := lines[len(lines)-1]
	if name, _, _ := strings.Cut(last, ":"); path.Base(name) == "env" && failed.ExitCode == notFound {
		if found := l.interpretedByEnv(c, u, failed, last); len(found) > 0 {
			return found
		}
	}
	c.Evidence = []string{"seen: " + last, fmt.Sprintf("exit code %d", failed.ExitCode)}
	for _, name := range paths(last) {
		if file, known := l.file(failed.ID, name); known && file.There && failed.ExitCode == notFound {
			if causes := l.script(c, u, failed, name, file); len(causes) > 0 {
				return causes
			}
		}
	}
	c.Name = "command-not-found"
	who := "the shell"
	if name, _, _ := strings.Cut(last, ":"); path.Base(name) == "env" {
		who = "env"
	}
	c.Text = fmt.Sprintf("%s in %s does not find a command (exit code 127): %s", who, title(u), last)
	switch {
	case failed.ExitCode == cannotRun:
		c.Name = "not-executable"
		c.Text = fmt.Sprintf("%s in %s may not execute a command (exit code 126): %s", who, title(u), last)
	}
	return []Cause{c}
}

// absentLibrary is a shared library that a program was linked with, and that its
// loader does not find: glibc's says so in the first words, musl's in the others.
func (l *look) absentLibrary(c Cause, u translate.Unit, failed plan.Container, words []string) []Cause {
	lines := holding(words, "error while loading shared libraries: ", "error loading shared library ")
	if len(lines) == 0 {
		return nil
	}
	last := lines[len(lines)-1]
	_, rest, _ := strings.Cut(last[strings.Index(lower(last), "loading shared librar")+len("loading shared librar"):], " ")
	library, _, _ := strings.Cut(rest, ":")
	c.Name, c.Command = "library-missing", l.logsOf(failed)
	c.Text = fmt.Sprintf("a program in %s wants the shared library %s, which is not where the loader of image %s looks for it", title(u), library, u.Container.Image)
	c.Evidence = []string{"seen: " + last, ranFor(failed)}
	return []Cause{c}
}

// interpretedByEnv is a script that has env look for its interpreter, which it
// does not find.
func (l *look) interpretedByEnv(c Cause, u translate.Unit, failed plan.Container, said string) []Cause {
	argv := l.argv(u)
	if len(argv) == 0 || !path.IsAbs(argv[0]) {
		return nil
	}
	file, known := l.file(failed.ID, argv[0])
	line, isScript := shebang(file)
	if !known || !isScript || path.Base(interpreter(line)) != "env" {
		return nil
	}
	words := strings.Fields(line)
	name := words[len(words)-1]
	if !strings.Contains(said, name) {
		return nil
	}
	c.Evidence = []string{"seen: " + said, fmt.Sprintf("%s begins with %q", argv[0], line)}
	c.Name = "interpreter-missing"
	c.Text = fmt.Sprintf("the script %s of %s asks for %s, which image %s does not have", argv[0], title(u), name, u.Container.Image)
	return []Cause{c}
}

// fileAsFolder is a working directory that the image has a file at.
func (l *look) fileAsFolder(u translate.Unit) []Cause {
	folder := u.Container.WorkingDir
	if folder == "" {
		return nil
	}
	if m, _ := l.mount(u, folder); m != nil {
		return nil
	}
	file, known := l.imageFile(u, folder)
	if !known || !file.There || file.Dir {
		return nil
	}
	return []Cause{{
		Name: "working-dir-missing", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("the workingDir %s of %s is a file in image %s, and has to be a folder", folder, title(u), u.Container.Image),
		Evidence: []string{owned(folder, file), u.Path + ".workingDir"},
		Command:  "docker run --rm --entrypoint ls " + u.Container.Image + " -ld " + word(folder),
	}}
}
