package diagnose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// hiddenFiles are files of an image that a container misses because a volume
// is mounted over them.
func hiddenFiles(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil || len(u.Container.VolumeMounts) == 0 || l.explained(u.Name) {
			continue
		}
		for _, line := range holding(l.words(*c), noSuchFile, "not found", "can't open", "cannot open", "enoent", "cannot access") {
			if cause, ok := l.hidden(u, *c, line); ok {
				causes = append(causes, cause)
				break
			}
		}
	}
	return causes
}

func (l *look) hidden(u translate.Unit, c plan.Container, line string) (Cause, bool) {
	missing := paths(line)
	if argv := l.argv(u); len(argv) > 0 && c.Error != "" {
		image, _ := l.image(u)
		missing = append(missing, candidates(argv[0], u, image)...)
	}
	return l.hiddenOf(u, missing, "seen: "+line, func(_ translate.Unit, name string) (File, bool) { return l.file(c.ID, name) })
}

// hiddenOf is the first of some files that the image of a unit has, and that its
// container does not see because a volume is mounted over it.
func (l *look) hiddenOf(u translate.Unit, names []string, seen string, inside func(translate.Unit, string) (File, bool)) (Cause, bool) {
	for _, name := range names {
		if file, known := l.imageFile(u, name); !known || !file.There {
			continue
		}
		if file, known := inside(u, name); !known || file.There {
			continue
		}
		if m, place := l.mount(u, name); m != nil {
			return l.hides(u, *m, path.Join(m.MountPath, place), seen), true
		}
	}
	return Cause{}, false
}

// ontoFiles are folders of volumes that are mounted onto a file of the image, and
// files onto a folder: the engine cannot start such a container.
func ontoFiles(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c, words := l.failed(u), ""
		if c != nil {
			words = c.Error
		}
		if l.explained(u.Name) || l.Pause != nil && !holds(words, "not a directory") {
			continue
		}
		for i, m := range u.Container.VolumeMounts {
			folder, file := l.isFolder(m), l.isFile(m)
			if l.Pause != nil {
				folder = quoted(words, "to rootfs at ") == m.MountPath
				file = folder
			}
			if !folder && !file {
				continue
			}
			at, known := l.imageFile(u, m.MountPath)
			if !known || !at.There || at.Dir && !file || !at.Dir && !folder {
				continue
			}
			cause := l.ontoFile(u, i, words)
			if at.Dir {
				cause = l.ontoFolder(u, i, words)
			}
			causes = append(causes, cause)
			break
		}
	}
	return causes
}

// isFile reports whether it is known beforehand that a mount is of a file.
func (l *look) isFile(m v1.VolumeMount) bool {
	return m.SubPath != "" && slices.ContainsFunc(l.Want.Filled(), func(v translate.Volume) bool {
		payload, missing := l.Want.Payload(v, l.Inputs)
		return v.Name == m.Name && missing == nil && slices.ContainsFunc(payload.Files, func(f translate.File) bool { return path.Clean(f.Path) == path.Clean(m.SubPath) })
	})
}

// ontoFolder is a file of a volume that is mounted onto a folder of the image.
func (l *look) ontoFolder(u translate.Unit, at int, words string) Cause {
	m := u.Container.VolumeMounts[at]
	what, name := "volume "+m.Name, "FILE"
	if m.SubPath != "" {
		what, name = "subPath "+m.SubPath+" of volume "+m.Name, path.Base(m.SubPath)
	}
	return Cause{
		Name: "file-onto-folder", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("%s is a file, and %s, where %s mounts it, is a folder in image %s: mountPath: %s has the file in the folder", what, m.MountPath, title(u), u.Container.Image, path.Join(m.MountPath, name)),
		Evidence: append(some("seen", nonEmpty(words), 1), fmt.Sprintf("%s.volumeMounts[%d].mountPath: %s", u.Path, at, m.MountPath)),
		Command:  "docker run --rm --entrypoint ls " + u.Container.Image + " -ld " + word(m.MountPath),
	}
}

// isFolder reports whether it is known beforehand that a mount is of a folder.
func (l *look) isFolder(m v1.VolumeMount) bool {
	return m.SubPath+m.SubPathExpr == "" && slices.ContainsFunc(l.Want.Pod.Spec.Volumes, func(v v1.Volume) bool {
		return v.Name == m.Name && v.HostPath == nil
	})
}

func (l *look) ontoFile(u translate.Unit, at int, words string) Cause {
	m := u.Container.VolumeMounts[at]
	c := Cause{
		Name: "folder-onto-file", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("volume %s is a folder, and %s, where %s mounts it, is a file in image %s: subPath: %s mounts one file of the volume", m.Name, m.MountPath, title(u), u.Container.Image, path.Base(m.MountPath)),
		Evidence: append(some("seen", nonEmpty(words), 1), fmt.Sprintf("%s.volumeMounts[%d].mountPath: %s", u.Path, at, m.MountPath)),
		Command:  "docker run --rm --entrypoint ls " + u.Container.Image + " -ld " + word(m.MountPath),
	}
	if m.SubPath != "" {
		c.Text = fmt.Sprintf("subPath %s of volume %s is a folder, as it is made where it is missing, and %s, where %s mounts it, is a file in image %s", m.SubPath, m.Name, m.MountPath, title(u), u.Container.Image)
	}
	return c
}

// hiddenByVolume is the name of the cause that a volume hides what the image has.
const hiddenByVolume = "hidden-by-volume"

func (l *look) hides(u translate.Unit, m v1.VolumeMount, name, seen string) Cause {
	return Cause{
		Name: hiddenByVolume, Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("volume %s is mounted at %s in %s and hides what image %s has there: %s is missing", m.Name, m.MountPath, title(u), u.Container.Image, name),
		Evidence: []string{seen, "the image has " + name, "the volume has not"},
		Command:  fmt.Sprintf("docker run --rm --entrypoint ls %s -l %s", u.Container.Image, path.Dir(name)),
	}
}

// hiddenPath is a file that a probe asks for and that a volume hides; of a
// folder that is the page which servers answer with.
func (l *look) hiddenPath(f failing) []Cause {
	c := l.Latest(f.Name)
	asked, _, _ := strings.Cut(f.action.HTTP.Path, "?")
	if strings.HasSuffix(asked, "/") || asked == "" {
		asked += "/index.html"
	}
	for _, m := range f.Container.VolumeMounts {
		name := path.Join(m.MountPath, asked)
		if m.MountPath == "/" || c == nil || l.explainedBy(f.Name, hiddenByVolume) {
			continue
		}
		if file, known := l.imageFile(f.Unit, name); !known || !file.There {
			continue
		}
		if file, known := l.file(c.ID, name); known && !file.There {
			return []Cause{l.hides(f.Unit, m, name, fmt.Sprintf("%s probe: %s", f.kind, firstOf(f.output)))}
		}
	}
	return nil
}

// hiddenFolders are folders with which a server that does not listen may have
// been configured: the image has files in them, and an empty volume hides those.
func (l *look) hiddenFolders(f failing) []Cause {
	var causes []Cause
	c := l.Latest(f.Name)
	for _, m := range f.Container.VolumeMounts {
		of, known := l.imageFile(f.Unit, m.MountPath)
		if !known || !of.Dir || of.Empty {
			continue
		}
		if now, known := l.file(c.ID, m.MountPath); !known || !now.Dir || !now.Empty {
			continue
		}
		cause := l.hides(f.Unit, m, m.MountPath+"/*", fmt.Sprintf("%s probe: %s", f.kind, firstOf(f.output)))
		cause.Sure = Likely
		causes = append(causes, cause)
	}
	return causes
}

// readOnly are containers that want to write where they may not.
func readOnly(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil {
			continue
		}
		lines := holding(l.words(*c), "read-only file system", "erofs")
		if len(lines) == 0 {
			continue
		}
		cause := Cause{Name: "read-only-root", Container: u.Name, Sure: Certain, Evidence: some("log", lines, 1), Command: l.logsOf(*c)}
		name := "its own files"
		if found := paths(lines[len(lines)-1]); len(found) > 0 {
			name = found[0]
		}
		m, _ := l.mount(u, name)
		security := u.Container.SecurityContext
		switch {
		case m != nil && m.ReadOnly:
			cause.Name = "read-only-volume"
			cause.Text = fmt.Sprintf("%s wants to write %s, and its mount of volume %s at %s is readOnly", title(u), name, m.Name, m.MountPath)
		case security != nil && security.ReadOnlyRootFilesystem != nil && *security.ReadOnlyRootFilesystem:
			cause.Text = fmt.Sprintf("%s wants to write %s, and its root is read-only (readOnlyRootFilesystem): an emptyDir mounted there can be written", title(u), name)
			cause.Evidence = append(cause.Evidence, field(u, "securityContext.readOnlyRootFilesystem", "true"))
		case m != nil:
			cause.Name = "read-only-volume"
			cause.Text = fmt.Sprintf("%s wants to write %s, and what volume %s at %s holds cannot be written", title(u), name, m.Name, m.MountPath)
		default:
			continue
		}
		causes = append(causes, cause)
	}
	return causes
}
