package diagnose

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/translate"
)

// absentCommand is a command that is not there or that nothing can run, found
// before anything does.
func (l *look) absentCommand(u translate.Unit) []Cause {
	argv := l.argv(u)
	if len(argv) == 0 {
		return l.noCommand(u)
	}
	if strings.Contains(argv[0], "$(") {
		return nil
	}
	image, _ := l.image(u)
	places := candidates(argv[0], u, image)
	searched := !strings.Contains(argv[0], "/")
	for _, place := range places {
		file, known := l.beforehand(u, place)
		if !known {
			return nil
		}
		if file.There && (!searched || file.runnable()) {
			if causes := l.plannedCommand(u, place, file); len(causes) > 0 {
				return causes
			}
			return l.plannedScript(u)
		}
	}
	if cause, ok := l.hiddenOf(u, places, "spec.volumes", l.beforehand); ok {
		return []Cause{cause}
	}
	return []Cause{{
		Name: "command-not-found", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("the command %s of %s is not in image %s%s", argv[0], title(u), u.Container.Image, l.meant(u, argv[0])),
		Evidence: []string{"looked for: " + strings.Join(places, ", ")},
		Command:  "docker run --rm --entrypoint sh " + u.Container.Image + " -c " + word("command -v "+word(argv[0])),
	}}
}

// noCommand is a container that neither its image nor the manifest gives a
// program.
func (l *look) noCommand(u translate.Unit) []Cause {
	if _, known := l.image(u); !known || len(l.argv(u)) > 0 {
		return nil
	}
	return []Cause{{
		Name: "no-command", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("nothing says what %s is to run: image %s has neither ENTRYPOINT nor CMD, and %s.command is not set", title(u), u.Container.Image, u.Path),
		Evidence: []string{"the image's ENTRYPOINT and CMD: none"},
		Command:  "docker image inspect -f '{{json .Config.Entrypoint}} {{json .Config.Cmd}}' " + word(u.Container.Image),
	}}
}

// beforehand is a file that a container will find, as far as its image and the
// manifest tell.
func (l *look) beforehand(u translate.Unit, name string) (f File, known bool) {
	m, _ := l.mounted(u, name)
	if m == nil {
		if f, known = l.imageFile(u, name); !f.There {
			return f, known
		}
		if m, _ = l.mount(u, name); m == nil {
			return f, true
		}
	}
	if f, known = l.planned(u, name); known {
		return f, true
	}
	return File{}, l.emptyFor(u, m.Name)
}

// emptyFor reports whether a volume is empty when a container starts: nobody
// else can have written to it.
func (l *look) emptyFor(u translate.Unit, volume string) bool {
	for _, other := range l.units() {
		if other.Name != u.Name && slices.ContainsFunc(other.Container.VolumeMounts, func(m v1.VolumeMount) bool { return m.Name == volume }) {
			return false
		}
	}
	return slices.ContainsFunc(l.Want.Pod.Spec.Volumes, func(v v1.Volume) bool { return v.Name == volume && v.EmptyDir != nil })
}

// plannedCommand is a command that will be there, and that nothing can run.
func (l *look) plannedCommand(u translate.Unit, program string, file File) []Cause {
	c := Cause{Container: u.Name, Sure: Certain, Command: "minipod explain --script " + l.manifest()}
	if m, _ := l.mount(u, program); m == nil {
		c.Command = "docker run --rm --entrypoint ls " + u.Container.Image + " -ld " + word(program)
	}
	line, isScript := shebang(file)
	switch {
	case file.Dir:
		c.Name = "not-executable"
		c.Text = fmt.Sprintf("the command %s of %s is a folder", program, title(u))
		c.Evidence = []string{owned(program, file)}
	case !file.runnable():
		c.Name = "not-executable"
		c.Text = fmt.Sprintf("the command %s of %s may not be executed", program, title(u))
		if m, inside := l.mount(u, program); m != nil {
			c.Text += ": " + l.executable(*m, inside)
		}
		c.Evidence = []string{owned(program, file)}
	case isScript && strings.HasSuffix(line, "\r"):
		c.Name = "script-crlf"
		c.Text = fmt.Sprintf("the script %s of %s ends its lines with CRLF, so that its interpreter is looked for as %q", program, title(u), sought(line))
		c.Evidence = []string{fmt.Sprintf("it begins with %q", line)}
	case isScript:
		return l.absentInterpreter(c, u, program, line)
	case len(file.Head) > 0 && !bytes.HasPrefix(file.Head, []byte("\x7fELF")):
		c.Name = "no-shebang"
		c.Text = fmt.Sprintf("the script %s of %s has no first line that says what runs it, such as #!/bin/sh", program, title(u))
		c.Evidence = []string{fmt.Sprintf("it begins with %q", firstLine(file.Head))}
	default:
		return nil
	}
	return []Cause{c}
}

// plannedScript is a script that a shell will be given, and that ends its lines
// with CRLF.
func (l *look) plannedScript(u translate.Unit) []Cause {
	name, line := crlfIn(l.shellScript(u), func(name string) (File, bool) { return l.beforehand(u, name) })
	if name == "" {
		return nil
	}
	c := crlf(u, name, line)
	c.Command = "minipod explain --script " + l.manifest()
	return []Cause{c}
}

// absentInterpreter is a script whose interpreter will not be there, be it named
// by its path or looked for by env.
func (l *look) absentInterpreter(c Cause, u translate.Unit, program, line string) []Cause {
	name := interpreter(line)
	places := []string{name}
	if words := strings.Fields(strings.TrimPrefix(line, "#!")); path.Base(name) == "env" && len(words) == 2 {
		image, _ := l.image(u)
		name = words[1]
		places = candidates(name, u, image)
	}
	for _, place := range places {
		if file, known := l.beforehand(u, place); !known || file.There {
			return nil
		}
	}
	c.Name = "interpreter-missing"
	c.Text = fmt.Sprintf("the script %s of %s asks for %s, which image %s does not have", program, title(u), name, u.Container.Image)
	c.Evidence = []string{fmt.Sprintf("it begins with %q", line), "looked for: " + strings.Join(places, ", ")}
	return []Cause{c}
}

// planned is a file that a volume of objects is to hold; known is false for
// other volumes.
func (l *look) planned(u translate.Unit, name string) (f File, known bool) {
	m, inside := l.mount(u, name)
	for _, v := range l.Want.Filled() {
		payload, missing := l.Want.Payload(v, l.Inputs)
		if v.Name != m.Name || missing != nil || m.SubPath+m.SubPathExpr != "" {
			continue
		}
		for _, file := range payload.Files {
			if path.Clean(file.Path) == inside {
				return File{There: true, Mode: uint32(file.Mode), Head: file.Data}, true
			}
		}
		return File{}, true
	}
	return File{}, false
}

// candidates are where the program of a command line may be.
func candidates(program string, u translate.Unit, image Image) []string {
	if strings.Contains(program, "/") {
		folder := u.Container.WorkingDir
		if folder == "" {
			folder = image.WorkingDir
		}
		if !path.IsAbs(program) {
			program = path.Join("/", folder, program)
		}
		return []string{program}
	}
	search := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range slices.Concat(image.Env, manifestEnv(u)) {
		if value, ok := strings.CutPrefix(e, "PATH="); ok {
			search = value
		}
	}
	var places []string
	for folder := range strings.SplitSeq(search, ":") {
		places = append(places, path.Join(folder, program))
	}
	return places
}

func manifestEnv(u translate.Unit) []string {
	var env []string
	for _, e := range u.Container.Env {
		env = append(env, e.Name+"="+e.Value)
	}
	return env
}
