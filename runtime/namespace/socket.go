package namespace

import (
	"slices"

	"github.com/minipod/minipod/runtime/pause"
)

// Socket is one that others can reach, and who has it open.
type Socket struct {
	Protocol string   `json:"protocol"` // tcp, tcp6, udp, udp6
	Address  string   `json:"address"`
	Port     int      `json:"port"`
	Holders  []Holder `json:"holders"`
	text     string
}

// Holder is a process that holds something.
type Holder struct {
	Container string `json:"container"`
	PID       int    `json:"pid,omitempty"` // as in Member
	HostPID   int    `json:"hostPID"`
}

func holderOf(m Member) Holder { return Holder{m.Container, m.PID, m.HostPID} }

// sockets are those of a pod. Of a machine's, which are many, they are those
// that its own processes have.
func sockets(all []pause.Socket, members []Member, machine bool) []Socket {
	list := []Socket{}
	for _, s := range all {
		one := Socket{Protocol: s.Protocol, Address: s.Local.Addr().String(), Port: int(s.Local.Port()), Holders: []Holder{}, text: s.Local.String()}
		for _, m := range members {
			if s.Inode != 0 && slices.Contains(m.more.Sockets, s.Inode) {
				one.Holders = append(one.Holders, holderOf(m))
			}
		}
		if len(one.Holders) > 0 || !machine {
			list = append(list, one)
		}
	}
	return list
}

// nameServer is where the engine's own name server listens in networks other
// than the default one.
const nameServer = "127.0.0.11"
