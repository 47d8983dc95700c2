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

// permissionDenied is the name of the cause that a user may not use a file.
const permissionDenied = "permission-denied"

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

// ungranted are what programs say without a capability that no container has
// unless it is given it.
func ungranted() [][2]string {
	return [][2]string{
		{"NET_ADMIN", "rtnetlink answers: operation not permitted"}, {"NET_ADMIN", "denied (you must be root)"},
		{"SYS_ADMIN", "mount: permission denied"}, {"SYS_ADMIN", "unshare failed: operation not permitted"}, {"SYS_TIME", "set date: operation not permitted"},
	}
}

// incapable is a container that runs as root, without rights of root: they were
// taken from it, or it was not given them.
func (l *look) incapable(u translate.Unit, c plan.Container) (Cause, bool) {
	security := u.Container.SecurityContext
	who, known := l.user(u, c)
	if !known || who.uid != 0 || security != nil && security.Privileged != nil && *security.Privileged {
		return Cause{}, false
	}
	for _, known := range ungranted() {
		name, lines := known[0], holding(l.log(c), known[1])
		if len(lines) == 0 || security != nil && security.Capabilities != nil && slices.Contains(security.Capabilities.Add, v1.Capability(name)) {
			continue
		}
		return Cause{
			Name: "capability-missing", Container: u.Name, Sure: Likely,
			Text:     fmt.Sprintf("%s wants what only the capability %s allows, which no container has unless it is given it: securityContext.capabilities.add: [%s]", title(u), name, name),
			Evidence: append(some("log", lines, 1), ranFor(c)), Command: l.logsOf(c),
		}, true
	}
	lines := holding(l.log(c), "operation not permitted", "eperm", "are you root")
	if len(lines) == 0 || security == nil || security.Capabilities == nil || len(security.Capabilities.Drop) == 0 {
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
			Name: permissionDenied, Container: u.Name, Sure: Certain,
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

// The rights that the mode of a file gives.
const (
	mayEnter = 1 << iota // a folder; a file may be run
	mayWrite
	mayRead
)

// mayAll reports whether the mode of a file lets a user read and write it, and
// a folder be entered.
func (i identity) mayAll(f File) bool {
	if f.Dir {
		return i.may(f, mayRead|mayWrite|mayEnter)
	}
	return i.may(f, mayRead|mayWrite)
}

// may reports whether the mode of a file gives a user some rights.
func (i identity) may(f File, rights uint32) bool {
	bits := f.Mode
	switch {
	case i.uid == f.UID:
		bits >>= 6
	case slices.Contains(i.groups, f.GID):
		bits >>= 3
	}
	return bits&rights == rights
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
