package pause_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/minipod/minipod/runtime/pause"
)

func TestParseProcesses(t *testing.T) {
	out := `net:[11] ipc:[12] pid:[13] uts:[14] mnt:[15] user:[16] cgroup:[17] 1 (pause) S 0 1 1 0 -1
- - pid:[13] - - - - 27 (a (b) c) Z 1 27 1 0 -1
`
	want := []pause.Process{
		{PID: 1, Parent: 0, Command: "pause", Namespaces: map[string]uint64{
			"net": 11, "ipc": 12, "pid": 13, "uts": 14, "mnt": 15, "user": 16, "cgroup": 17}},
		{PID: 27, Parent: 1, Command: "a (b) c", Namespaces: map[string]uint64{"pid": 13}},
	}
	got, err := pause.ParseProcesses(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseProcessesRefuses(t *testing.T) {
	for _, line := range []string{
		"", "1 (pause) S 0", "- - - - - - -", "- - - - - - - 1 (pause", "- - - - - - - x (pause) S 0",
		"- - - - - - - 1 (pause) S", "- - - - - - - 1 (pause) S x", "ipc:[1] - - - - - - 1 (pause) S 0",
	} {
		if got, err := pause.ParseProcesses(strings.NewReader(line + "\n")); err == nil {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestParseSockets(t *testing.T) {
	out := `# tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1461 1
   1: 0200000A:0050 0300000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 1462 1
# tcp6
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000
# udp
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
  123: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1463 2
# udp6
`
	want := []pause.Socket{
		{Protocol: "tcp", Local: netip.MustParseAddrPort("127.0.0.1:8080")},
		{Protocol: "tcp6", Local: netip.MustParseAddrPort("[::1]:22")},
		{Protocol: "udp", Local: netip.MustParseAddrPort("0.0.0.0:53")},
	}
	got, err := pause.ParseSockets(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" {
		t.Error(diff)
	}
	if _, err := pause.ParseSockets(strings.NewReader("# tcp\n 0: 7F:1F90 0:0 0A 0\n")); err == nil {
		t.Error("an address of one byte was taken")
	}
}
