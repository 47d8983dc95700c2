package namespace

import (
	"fmt"
	"slices"
)

// Changes are what has come (+) to a pod and what has gone (-) between two
// looks at it, one to a line.
func Changes(before, after Pod) []string {
	old, now := before.facts(), after.facts()
	var list []string
	for _, f := range old {
		if !slices.Contains(now, f) {
			list = append(list, "- "+f)
		}
	}
	for _, f := range now {
		if !slices.Contains(old, f) {
			list = append(list, "+ "+f)
		}
	}
	return list
}

// facts are all that is watched of a pod. Two that are worded the same are the
// same.
func (p Pod) facts() []string {
	var list []string
	for _, c := range p.Containers {
		fact := fmt.Sprintf("container %s: %s", c.title(), c.word())
		if c.PID != 0 {
			fact += fmt.Sprintf(", process %d on the host", c.PID)
		}
		list = append(list, fact)
	}
	for _, m := range p.Processes {
		fact := fmt.Sprintf("process %s (%d on the host): %s", m.who(), m.HostPID, m.Command)
		if m.Zombie {
			fact += " zombie"
		}
		list = append(list, fact)
	}
	for _, s := range p.Sockets {
		list = append(list, fmt.Sprintf("listening %s %s: %s", s.Protocol, s.text, s.holders(p)))
	}
	for _, o := range p.Objects {
		list = append(list, fmt.Sprintf("%s %s", o.Kind, o.text()))
	}
	for i := range list {
		list[i] = printable(list[i])
	}
	return list
}
