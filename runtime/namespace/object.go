package namespace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/minipod/minipod/runtime/pause"
)

// Object is an IPC object and who has to do with it.
type Object struct {
	Kind  string `json:"kind"` // shm, sem, msg, memory or mqueue
	ID    *int   `json:"id,omitempty"`
	Key   int    `json:"key,omitempty"`
	Name  string `json:"name,omitempty"` // of a POSIX one
	Size  int    `json:"size,omitempty"`
	UID   int    `json:"uid,omitempty"` // of its maker
	Users []Use  `json:"users"`
}

// Use is a process that has to do with an IPC object.
type Use struct {
	Holder
	// Does is what it does: made, attached, open, sent last, received last,
	// attached or detached last, waits to receive, waits to send, waits to take.
	Does string `json:"does"`
}

// objects are those of a pod. Of a machine's they are those that its own
// processes have to do with.
func objects(all []pause.Object, members []Member, machine bool) []Object {
	list := []Object{}
	for _, o := range all {
		one := Object{Kind: string(o.Kind), Key: o.Key, Name: o.Name, Size: o.Size, UID: o.UID, Users: usersOf(o, members)}
		if o.Name == "" {
			one.ID = &o.ID
		}
		if !machine || slices.ContainsFunc(one.Users, func(u Use) bool { return u.Container != "" }) {
			list = append(list, one)
		}
	}
	return list
}

func usersOf(o pause.Object, members []Member) []Use {
	users := []Use{}
	touched := func(pid int, does string) {
		if pid != 0 {
			users = append(users, Use{byHostPID(members, pid), does})
		}
	}
	touched(o.Maker, "made")
	touched(o.Sender, "sent last")
	if o.Kind == pause.Messages {
		touched(o.Last, "received last")
	}
	handle := pause.Handle{Kind: o.Kind, ID: o.ID, Name: o.Name}
	now := len(users)
	for _, m := range members {
		if does := doing(m, handle); does != "" {
			users = append(users, Use{holderOf(m), does})
		}
	}
	slices.SortStableFunc(users[now:], func(a, b Use) int { return strings.Compare(a.Does, b.Does) })
	return users
}

// doing is what a process does with an object now.
func doing(m Member, h pause.Handle) string {
	switch {
	case m.more.Wait != nil && m.more.Wait.Handle == h:
		return "waits to " + m.more.Wait.Verb
	case slices.Contains(m.more.Attached, h):
		return "attached"
	case h.Kind == pause.Queue:
		for _, name := range m.more.Queues {
			if name == h.Name {
				return "open"
			}
		}
	}
	return ""
}

// byHostPID is a process by its number on the machine; one that has ended, or
// is another's, has no container.
func byHostPID(members []Member, pid int) Holder {
	for _, m := range members {
		if m.HostPID == pid {
			return holderOf(m)
		}
	}
	return Holder{HostPID: pid}
}

// text is what is said of an object beside its kind.
func (o Object) text() string {
	words := []string{o.title()}
	if size := o.size(); size != "" {
		words = append(words, size)
	}
	var uses []string
	done := ""
	for _, u := range o.Users {
		if u.Does == done {
			uses[len(uses)-1] += ", " + u.who()
			continue
		}
		done = u.Does
		uses = append(uses, done+": "+u.who())
	}
	if len(uses) == 0 {
		nobody := "nobody has it open"
		if o.Kind == string(pause.Memory) { // which can be open without being mapped, and that is not seen
			nobody = "nobody has it mapped"
		}
		return strings.Join(words, ", ") + ": " + nobody
	}
	return strings.Join(words, ", ") + ": " + strings.Join(uses, "; ")
}

func (o Object) title() string {
	switch {
	case o.ID == nil:
		return "/" + o.Name
	case o.Key == 0:
		return fmt.Sprintf("%d, private", *o.ID)
	}
	return fmt.Sprintf("%d, key %#x", *o.ID, uint32(o.Key))
}

func (o Object) size() string {
	switch pause.Kind(o.Kind) {
	case pause.Semaphores:
		return plural(o.Size, "semaphore")
	case pause.Messages:
		return plural(o.Size, "message")
	case pause.Memory:
		return "" // it is not told
	}
	return plural(o.Size, "byte")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// who names a process as the pod knows it.
func (u Use) who() string {
	if u.Container == "" {
		return fmt.Sprintf("a process that is no more (%d on the host)", u.HostPID)
	}
	return Member{PID: u.PID, HostPID: u.HostPID, Container: u.Container}.who()
}
