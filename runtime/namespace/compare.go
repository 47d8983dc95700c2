package namespace

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Comparison is what two pods share and what not.
type Comparison struct {
	Pods       []Pod          `json:"pods"`
	Namespaces []Shared       `json:"namespaces"`
	Volumes    []SharedVolume `json:"volumes"`
}

// Shared says of a kind of namespace whether containers of both pods are in
// the same.
type Shared struct {
	Kind   Kind   `json:"kind"`
	Shared bool   `json:"shared"`
	Why    string `json:"why"`
}

// SharedVolume is something that both pods mount.
type SharedVolume struct {
	What   string   `json:"what"` // hostPath /srv
	Mounts []string `json:"mounts"`
}

// Compare puts two pods beside each other.
func Compare(a, b Pod) Comparison {
	c := Comparison{Pods: []Pod{a, b}, Volumes: []SharedVolume{}}
	for _, k := range Kinds() {
		both := slices.ContainsFunc(a.row(k).Groups, func(g Group) bool {
			return slices.ContainsFunc(b.row(k).Groups, func(other Group) bool { return other.Inode == g.Inode })
		})
		s := Shared{Kind: k, Shared: both, Why: apart(k, a, b)}
		if both {
			s.Why = fmt.Sprintf("Both are in the same, which is the %s's. %s", common(k, a), together(k))
		}
		c.Namespaces = append(c.Namespaces, s)
	}
	for _, v := range a.Volumes {
		for _, other := range b.Volumes {
			if v.Kind == other.Kind && outside(v.Kind, a, b) {
				c.Volumes = append(c.Volumes, SharedVolume{v.Kind, []string{a.Name + ": " + v.places(), b.Name + ": " + other.places()}})
			}
		}
	}
	return c
}

// common is whose the namespace is that a pod shares with another: only the
// engine can have made one, of users (userns-remap).
func common(k Kind, p Pod) string {
	if k == User && p.row(k).Groups[0].Inode != first(k) {
		return "engine"
	}
	return "machine"
}

// outside reports whether a volume of a kind is more than one pod's.
func outside(kind string, a, b Pod) bool {
	source, _, named := strings.Cut(kind, " ")
	ofNamespace := source == "configMap" || source == "secret" || source == "persistentVolumeClaim"
	return named && (source == "hostPath" || ofNamespace && a.Namespace == b.Namespace)
}

// together says what it comes to that two pods share a namespace.
func together(k Kind) string {
	switch k {
	case Net:
		return "They have the same addresses: a port that one listens on the other cannot have."
	case IPC:
		return "They see each other's shared memory, semaphores and queues."
	case PID:
		return "They see each other's processes."
	case UTS:
		return "They have the same hostname."
	case Cgroup:
		return "Their limits are their own all the same."
	case User:
		return "A user number is the same user in both."
	}
	return ""
}

// apart says what it comes to that two pods do not share a namespace.
func apart(k Kind, a, b Pod) string {
	switch k {
	case Net:
		on, other := a, b
		if b.row(Net).Owner == OwnerMachine {
			on, other = b, a
		}
		if on.row(Net).Owner == OwnerMachine {
			return fmt.Sprintf("The localhost of %s leads to the machine's programs, that of %s to itself alone, at %s.", on.Name, other.Name, other.at())
		}
		return fmt.Sprintf("Each has its own: localhost leads to nobody but itself. %s is at %s, %s at %s.", a.Name, a.at(), b.Name, b.at())
	case IPC:
		return "Neither sees the other's shared memory, semaphores and queues."
	case PID:
		for _, pods := range [][]Pod{{a, b}, {b, a}} {
			if pods[0].row(PID).Owner == OwnerMachine {
				return fmt.Sprintf("%s has the machine's, and sees the processes of %s too.", pods[0].Name, pods[1].Name)
			}
		}
		return "Neither sees the other's processes, and each has a process 1."
	case UTS:
		return "Each container has a hostname of its own: that of its pod."
	case Mount:
		return "Each container has its own tree of files. Pods share files in volumes that are more than one pod's."
	case Cgroup:
		return "Each container has its own."
	}
	return "Each container has its own users."
}

// at is where a pod can be reached.
func (p Pod) at() string {
	if len(p.Addresses) == 0 {
		return "the machine's addresses"
	}
	return p.Addresses[0]
}

// Draw is the comparison as a table of the containers of both, with a sentence
// for each kind below it.
func (c Comparison) Draw(look Look) string {
	var all []Container
	for _, p := range c.Pods {
		name := p.Name
		if c.Pods[0].Namespace != c.Pods[1].Namespace {
			name = p.Namespace + "/" + p.Name
		}
		for _, one := range p.Containers {
			one.pod = name
			all = append(all, one)
		}
	}
	var rows []Row
	for _, k := range Kinds() {
		rows = append(rows, Row{Kind: k, Groups: groups(k, all), machine: cmp.Or(c.Pods[0].row(k).machine, c.Pods[1].row(k).machine)})
	}
	var text strings.Builder
	for _, t := range chunks(nil, all, rows, look) {
		text.WriteString(t.text() + "\n")
	}
	for _, s := range c.Namespaces {
		text.WriteString(entry(string(s.Kind), s.Why, look.Width))
	}
	if len(c.Volumes) == 0 {
		return text.String() + "\nvolumes that both mount: none\n"
	}
	text.WriteString("\nvolumes that both mount\n")
	for _, v := range c.Volumes {
		text.WriteString(entry(v.What, strings.Join(v.Mounts, "; "), look.Width))
	}
	return text.String()
}
