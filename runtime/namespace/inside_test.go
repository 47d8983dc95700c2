package namespace

import (
	"net/netip"

	"github.com/minipod/minipod/runtime/pause"
)

// seenInside is what a container saw of a pod of two containers: a maker with
// a child, a child of that which has ended, and one that has been left to the
// pause; a taker that waits. The pod's first process has the number 1000 on
// the machine, as in world.
func seenInside() pause.Look {
	const maker, taker = 1001, 1002
	pids := func(pid, inside int) *pause.More { return &pause.More{PIDs: []int{pid, inside}} }
	process := func(pid, parent, mount int, more *pause.More, command string) pause.Process {
		p := pause.Process{PID: pid, Parent: parent, State: "S", Command: "comm", More: more, Namespaces: map[string]uint64{"mnt": uint64(mount)}}
		more.CommandLine = command
		return p
	}
	const own = 4026532005 // of the pause; the next are 10 on
	queue := pause.Handle{Kind: pause.Queue, Name: "jobs"}
	held, waiting, child := pids(maker, 7), pids(taker, 8), pids(1010, 9)
	held.Sockets, child.Sockets, waiting.Sockets = []uint64{500}, []uint64{500}, []uint64{501}
	held.Queues, held.Attached = map[int]string{3: "jobs"}, []pause.Handle{{Kind: pause.SharedMemory, ID: 0}}
	waiting.Queues, waiting.Wait = map[int]string{4: "jobs"}, &pause.Wait{Handle: queue, Verb: "receive"}
	waiting.Attached = []pause.Handle{{Kind: pause.SharedMemory, ID: 0}, {Kind: pause.Memory, Name: "a\x1b frame"}}
	zombie := process(1011, 1010, 0, pids(1011, 12), "")
	zombie.State, zombie.Namespaces = "Z", nil
	return pause.Look{
		Processes: []pause.Process{
			process(1, 0, 4026531840, &pause.More{}, "/sbin/init"),
			process(900, 1, 4026531840, &pause.More{}, "containerd-shim"),
			process(1000, 900, own, pids(1000, 1), "/pause"),
			process(maker, 900, own+20-10, held, "/usr/local/bin/maker --of \x1b[2J jobs --and-many-more-arguments than fit into eighty columns"),
			process(taker, 900, own+20, waiting, "taker"),
			process(1010, maker, own+10, child, "maker: worker"),
			zombie,
			process(1012, 1000, own+10, pids(1012, 13), "sh -c sleep"),
			process(1013, 900, 77, &pause.More{}, "/pause look"),
		},
		Sockets: []pause.Socket{
			{Protocol: "tcp", Local: netip.MustParseAddrPort("0.0.0.0:80"), Inode: 500},
			{Protocol: "udp6", Local: netip.MustParseAddrPort("[::1]:53"), Inode: 501},
			{Protocol: "tcp", Local: netip.MustParseAddrPort("127.0.0.11:41234"), Inode: 502},
			{Protocol: "tcp", Local: netip.MustParseAddrPort("0.0.0.0:22"), Inode: 503},
		},
		Objects: []pause.Object{
			{Kind: pause.SharedMemory, ID: 0, Key: 1234, Size: 4096, Attached: 2, Maker: maker, Last: taker},
			{Kind: pause.Semaphores, ID: 2, Key: -1, Size: 1},
			{Kind: pause.Messages, ID: 3, Size: 2, Sender: maker, Last: 4711},
			{Kind: pause.Memory, Name: "a\x1b frame"},
			{Kind: pause.Queue, Name: "jobs", Size: 129},
		},
	}
}
