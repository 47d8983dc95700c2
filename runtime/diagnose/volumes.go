package diagnose

import (
	"fmt"
	"path"
	"slices"
	"strconv"
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

// ontoFiles are volumes, which are folders, that are mounted onto a file of the
// image: the engine cannot start such a container.
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
			if l.Pause != nil && quoted(words, "to rootfs at ") != m.MountPath || l.Pause == nil && !l.isFolder(m) {
				continue
			}
			if file, known := l.imageFile(u, m.MountPath); known && file.There && !file.Dir {
				causes = append(causes, l.ontoFile(u, i, words))
				break
			}
		}
	}
	return causes
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

// denied are containers whose user may not do what they want with a file.
func denied(l *look) []Cause {
	var causes []Cause
	for u, c := range l.unexplained() {
		if cause, ok := l.incapable(u, *c); ok {
			causes = append(causes, cause)
			continue
		}
		for _, line := range holding(l.log(*c), notPermitted, "eacces", "operation not permitted", "accessdeniedexception") {
			if cause, ok := l.mismatch(u, *c, line); ok {
				causes = append(causes, cause)
				break
			}
		}
	}
	return causes
}

// incapable is a container that runs as root, with rights of root taken from it.
func (l *look) incapable(u translate.Unit, c plan.Container) (Cause, bool) {
	lines := holding(l.log(c), "operation not permitted", "eperm")
	security := u.Container.SecurityContext
	who, known := l.user(u, c)
	if len(lines) == 0 || security == nil || security.Capabilities == nil || len(security.Capabilities.Drop) == 0 || !known || who.uid != 0 {
		return Cause{}, false
	}
	var drop []string
	for _, name := range security.Capabilities.Drop {
		drop = append(drop, string(name))
	}
	dropped := strings.Join(drop, ", ")
	return Cause{
		Name: "capability-missing", Container: u.Name, Sure: Likely,
		Text:     fmt.Sprintf("%s runs as root without rights of root, which capabilities.drop (%s) takes from it: capabilities.add gives one back, such as CHOWN, SETUID and SETGID to a server that changes its user", title(u), dropped),
		Evidence: append(some("log", lines, 1), field(u, "securityContext.capabilities.drop", dropped)), Command: l.logsOf(c),
	}, true
}

func (l *look) mismatch(u translate.Unit, c plan.Container, line string) (Cause, bool) {
	who, known := l.user(u, c)
	if !known || who.uid == 0 {
		return Cause{}, false
	}
	for _, name := range paths(line) {
		at, file, found := l.existing(c.ID, name)
		if !found || who.mayAll(file) {
			continue
		}
		cause := Cause{
			Name: "permission-denied", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s runs as user %s, who may not use %s: %s", title(u), who, name, owned(at, file)),
			Evidence: []string{"log: " + line, owned(at, file), "user of the container: " + who.String()}, Command: l.logsOf(c),
		}
		if m, _ := l.mount(u, name); m != nil {
			cause.Text += l.granted(m.Name)
		}
		return cause, true
	}
	return Cause{}, false
}

// granted says what gives a container the right to a volume. A node leaves a path
// of the machine as it is, and where a group has the volume, what is denied is
// not the volume.
func (l *look) granted(volume string) string {
	spec := l.Want.Pod.Spec
	onMachine := slices.ContainsFunc(spec.Volumes, func(v v1.Volume) bool { return v.Name == volume && v.HostPath != nil })
	switch {
	case onMachine:
		return fmt.Sprintf("; volume %s is a hostPath, which fsGroup does not change: chown or chmod on the machine does", volume)
	case spec.SecurityContext != nil && spec.SecurityContext.FSGroup != nil:
		return ""
	}
	return fmt.Sprintf("; spec.securityContext.fsGroup gives volume %s to a group of the container", volume)
}

// existing is a file, or the folder that it would be in.
func (l *look) existing(container, name string) (at string, f File, found bool) {
	for at = path.Clean(name); ; at = path.Dir(at) {
		f, known := l.file(container, at)
		if !known || f.There || at == "/" {
			return at, f, known && f.There
		}
	}
}

// identity is whom a process runs as.
type identity struct {
	uid    int
	groups []int
}

func (i identity) String() string {
	var groups []string
	for _, g := range i.groups {
		groups = append(groups, strconv.Itoa(g))
	}
	return fmt.Sprintf("%d (groups %s)", i.uid, strings.Join(groups, ", "))
}

// mayAll reports whether the mode of a file lets a user read and write it, and
// a folder be entered.
func (i identity) mayAll(f File) bool {
	bits := f.Mode
	switch {
	case i.uid == f.UID:
		bits >>= 6
	case slices.Contains(i.groups, f.GID):
		bits >>= 3
	}
	want := uint32(6)
	if f.Dir {
		want = 7
	}
	return bits&want == want
}

// user is whom an attempt runs as. Of a user by name the file of users of the
// container tells the number.
func (l *look) user(u translate.Unit, c plan.Container) (identity, bool) {
	name := u.Request.Config.User
	if name == "" {
		image, known := l.image(u)
		if !known {
			return identity{}, false
		}
		name = image.User
	}
	user, group, _ := strings.Cut(name, ":")
	if user == "" {
		user = "0"
	}
	uid, gid, ok := l.numbers(user, c)
	if n, err := strconv.Atoi(group); err == nil {
		gid = n
	}
	who := identity{uid: uid, groups: []int{gid}}
	for _, g := range u.Request.Host.GroupAdd {
		if n, err := strconv.Atoi(g); err == nil {
			who.groups = append(who.groups, n)
		}
	}
	return who, ok
}

// numbers are the user and the group of a user.
func (l *look) numbers(user string, c plan.Container) (uid, gid int, ok bool) {
	if n, err := strconv.Atoi(user); err == nil {
		return n, 0, true
	}
	users, known := l.file(c.ID, "/etc/passwd")
	if !known {
		return 0, 0, false
	}
	for line := range strings.Lines(string(users.Head)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 4 || fields[0] != user {
			continue
		}
		uid, err1 := strconv.Atoi(fields[2])
		gid, err2 := strconv.Atoi(fields[3])
		return uid, gid, err1 == nil && err2 == nil
	}
	return 0, 0, false
}
