package namespace

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/minipod/minipod/runtime/pause"
)

// Member is a process of a pod.
type Member struct {
	PID       int    `json:"pid,omitempty"` // in its own PID namespace; 0 where it is not told
	HostPID   int    `json:"hostPID"`
	Parent    int    `json:"parentHostPID"`
	Container string `json:"container"`
	Command   string `json:"command"`
	Zombie    bool   `json:"zombie,omitempty"` // it has ended, and its parent has not waited for it
	Depth     int    `json:"depth"`            // in the tree
	more      pause.More
}

// members are the processes of a pod as trees: those of the pause first, then
// those of the containers in their order. They are in the order in which they
// are drawn.
func members(containers []Container, all []pause.Process) []Member {
	byPID := map[int]pause.Process{}
	for _, p := range all {
		byPID[p.PID] = p
	}
	children := map[int][]Member{}
	var roots []Member
	for _, p := range all {
		c := containerAround(p, byPID, containers)
		if c < 0 {
			continue
		}
		m := memberOf(p, containers[c].Name)
		if parent, ok := byPID[p.Parent]; ok && containerAround(parent, byPID, containers) >= 0 {
			children[p.Parent] = append(children[p.Parent], m)
		} else {
			roots = append(roots, m)
		}
	}
	place := func(m Member) int {
		return slices.IndexFunc(containers, func(c Container) bool { return c.Name == m.Container })
	}
	slices.SortStableFunc(roots, func(a, b Member) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.HostPID, b.HostPID))
	})
	return grown([]Member{}, roots, children, 0)
}

// grown adds processes to a list, each with its children below it.
func grown(list, level []Member, children map[int][]Member, depth int) []Member {
	for _, m := range level {
		m.Depth = depth
		list = grown(append(list, m), children[m.HostPID], children, depth+1)
	}
	return list
}

// containerAround is the place of the container whose tree of files a process
// sees; of one that sees none of them, or has ended, that of its parent. It
// is -1 where it is no process of the pod.
func containerAround(p pause.Process, byPID map[int]pause.Process, containers []Container) int {
	for range len(byPID) {
		mount := p.Namespaces[string(Mount)]
		at := slices.IndexFunc(containers, func(c Container) bool {
			return c.PID == p.PID || mount != 0 && c.Inodes[Mount] == mount
		})
		parent, ok := byPID[p.Parent]
		if at >= 0 || !ok {
			return at
		}
		p = parent
	}
	return -1
}

func memberOf(p pause.Process, container string) Member {
	m := Member{HostPID: p.PID, Parent: p.Parent, Container: container, Command: "[" + p.Command + "]", Zombie: p.State == "Z"}
	if p.More == nil {
		return m
	}
	m.more = *p.More
	if n := len(m.more.PIDs); n > 0 {
		m.PID = m.more.PIDs[n-1]
	}
	if m.more.CommandLine != "" {
		m.Command = m.more.CommandLine
	}
	return m
}

// who names a process beside what it holds.
func (m Member) who() string { return m.title() + " " + m.number() }

func (m Member) title() string {
	return Container{Name: m.Container, Role: roleNamed(m.Container)}.title()
}

// number is that which the pod knows it by.
func (m Member) number() string {
	if m.PID == 0 {
		return fmt.Sprintf("(%d on the host)", m.HostPID)
	}
	return fmt.Sprint(m.PID)
}
