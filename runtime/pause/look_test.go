package pause_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/minipod/minipod/runtime/pause"
)

// seen is what `pause look` prints of a pod of a pause, a server, and one that waits at a queue.
const seen = `amd64
# process
net:[11] ipc:[12] pid:[13] uts:[14] mnt:[15] user:[16] cgroup:[17] 
# stat
1 (pause) S 0 1 1 0 -1
# process
net:[11] - pid:[13] - mnt:[18] - - 
# stat
27 (a (b) c) Z 1 27 1 0 -1
# status
Name:	a
NSpid:	27	7
Groups:	0
# syscall
243 0x4 0x7ffd 0x2000 0x0 0x0 0x0 0x7ffd 0x7f
# maps
7f00-7f01 rw-s 00000000 00:01 1                          /SYSV00000007 (deleted)
7f01-7f02 r--s 00001000 00:01 1                          /SYSV00000007 (deleted)
7f02-7f03 rw-s 00000000 00:2a 9                          /dev/shm/a frame
7f04-7f05 r--s 00000000 00:2a 10                         /Server/classes
# cmdline
 # net/tcp -x
3
socket:[1461]
4
/jobs
# process
- - - - - - - 
# stat
# process
- - pid:[13] - - - - 
# stat
28 (taker) S 1 27 1 0 -1
# status
NSpid:	28	8
# syscall
220 0x2 0x7ffd 0x1 0x0 0x0 0x0 0x7ffd 0x7f
# maps
# cmdline
 
# net/tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1461 1
   1: 0200000A:0050 0300000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 1462 1
# net/tcp6
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000
# net/udp
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
  123: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1463 2
# net/udp6
# sysvipc/shm
       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
         7          1   600                  4096    27    28      2     0     0     5     0 0 0 0 0 0
# sysvipc/sem
       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime
        -1          2   600          3     0     0     0     0 0 0
# sysvipc/msg
       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime
         9          3   600          10          2    27    28     0     0     0     0 0 0 0
# link eth0
# ifindex
2
# iflink
7
# memory
a frame
# queues
# jobs
QSIZE:129        NOTIFY:0     SIGNO:0     NOTIFY_PID:0     
# queues
QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     
`

func TestParseLook(t *testing.T) {
	want := pause.Look{
		Processes: []pause.Process{
			{PID: 1, Parent: 0, State: "S", Command: "pause", Namespaces: map[string]uint64{
				"net": 11, "ipc": 12, "pid": 13, "uts": 14, "mnt": 15, "user": 16, "cgroup": 17}},
			{PID: 27, Parent: 1, State: "Z", Command: "a (b) c", Namespaces: map[string]uint64{"net": 11, "pid": 13, "mnt": 18}, More: &pause.More{
				PIDs: []int{27, 7}, CommandLine: "# net/tcp -x", Sockets: []uint64{1461}, Queues: map[int]string{4: "jobs"},
				Attached: []pause.Handle{{Kind: pause.SharedMemory, ID: 1}, {Kind: pause.Memory, Name: "a frame"}},
				Wait:     &pause.Wait{Handle: pause.Handle{Kind: pause.Queue, Name: "jobs"}, Verb: "receive"},
			}},
			{PID: 28, Parent: 1, State: "S", Command: "taker", Namespaces: map[string]uint64{"pid": 13}, More: &pause.More{
				PIDs: []int{28, 8}, Queues: map[int]string{}, Wait: &pause.Wait{Handle: pause.Handle{Kind: pause.Semaphores, ID: 2}, Verb: "take"},
			}},
		},
		Sockets: []pause.Socket{
			{Protocol: "tcp", Local: netip.MustParseAddrPort("127.0.0.1:8080"), Inode: 1461},
			{Protocol: "tcp6", Local: netip.MustParseAddrPort("[::1]:22")},
			{Protocol: "udp", Local: netip.MustParseAddrPort("0.0.0.0:53"), Inode: 1463},
		},
		Objects: []pause.Object{
			{Kind: pause.SharedMemory, ID: 1, Key: 7, Size: 4096, UID: 5, Attached: 2, Maker: 27, Last: 28},
			{Kind: pause.Semaphores, ID: 2, Key: -1, Size: 3},
			{Kind: pause.Messages, ID: 3, Key: 9, Size: 2, Sender: 27, Last: 28},
			{Kind: pause.Memory, Name: "a frame"},
			{Kind: pause.Queue, Name: "jobs", Size: 129},
			{Kind: pause.Queue, Name: "queues"},
		},
		Links: []pause.Link{{Name: "eth0", Index: 2, Peer: 7}},
	}
	got, err := pause.ParseLook(strings.NewReader(seen))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" {
		t.Error(diff)
	}
}

func TestParseLookRefuses(t *testing.T) {
	const none = "- - - - - - -"
	for stat, links := range map[string]string{
		"?": none, "1 (pause) S 0": "-", "1 (pause": none, "x (pause) S 0": none, "1 (pause) S": none, "1 (pause) S x": none,
		"1 (pause) S 0 1": "ipc:[1] - - - - - -",
	} {
		if got, err := pause.ParseLook(strings.NewReader("amd64\n# process\n" + links + " \n# stat\n" + stat + "\n# queues\n")); err == nil {
			t.Errorf("%q %q: %v", links, stat, got)
		}
	}
	for _, text := range []string{"", "amd64\n# net/tcp\n", "# net/tcp\n 0: 7F:1F90 0:0 0A 0\n# queues\n"} {
		if got, err := pause.ParseLook(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParseLinks(t *testing.T) {
	got, err := pause.ParseLinks(strings.NewReader("# link lo\n# ifindex\n1\n# iflink\n1\n# link veth1\n# ifindex\n7\n# iflink\n2\n"))
	want := []pause.Link{{Name: "lo", Index: 1, Peer: 1}, {Name: "veth1", Index: 7, Peer: 2}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
