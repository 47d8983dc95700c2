package namespace

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
)

// named is a stored pod of another name: its inodes are its own.
func named(s stored, name string, address string) Pod {
	w, seen := s.world()
	w.Name = name
	if address != "" {
		w.Pause.IPs = []string{address}
	}
	return New(w, seen)
}

// moved makes the inodes of the pods' namespaces those of another pod.
func moved(_ *plan.World, seen map[string]Process) {
	for _, p := range seen {
		for k, inode := range p.Inodes {
			if inode > 4026532000 {
				p.Inodes[k] = inode + 500
			}
		}
	}
}

// remapped puts the pod into the user namespace of an engine that has one for
// all containers.
func remapped(_ *plan.World, seen map[string]Process) {
	for _, p := range seen {
		p.Inodes[User] = 4026532900
	}
}

func TestCompare(t *testing.T) {
	host := v1.Volume{Name: "srv", VolumeSource: v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{Path: "/srv"}}}
	own := v1.Volume{Name: "own", VolumeSource: v1.VolumeSource{EmptyDir: &v1.EmptyDirVolumeSource{}}}
	mounts := func(names ...string) v1.PodSpec {
		list := containers(names...)
		list[0] = mounting(mounting(list[0], "srv", "/in"), "own", "/own")
		return v1.PodSpec{Containers: list, Volumes: []v1.Volume{host, own}}
	}
	machine := v1.PodSpec{Containers: containers("agent"), HostNetwork: true, HostPID: true}
	both := func(w *plan.World, seen map[string]Process) {
		moved(w, seen)
		remapped(w, seen)
	}
	for name, c := range map[string]struct{ a, b Pod }{
		"compare-apart": {named(stored{spec: mounts("server", "client")}, "web-of-a-long-name", "10.0.0.2"),
			named(stored{spec: mounts("main"), change: moved}, "db", "10.0.0.3")},
		"compare-one-of-machine": {named(stored{spec: machine}, "agent", ""), named(stored{spec: mounts("main"), change: moved}, "db", "10.0.0.3")},
		"compare-machine":        {named(stored{spec: machine}, "agent", ""), named(stored{spec: machine, change: moved}, "other", "")},
		"compare-remapped":       {named(stored{spec: machine, change: remapped}, "agent", ""), named(stored{spec: machine, change: both}, "other", "")},
	} {
		got := Compare(c.a, c.b).Draw(Look{Width: 80})
		compare(t, filepath.Join("testdata", name+".golden"), got)
		narrowEnough(t, got, 80)
	}
}

func narrowEnough(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := length(strings.TrimSuffix(line, "\n")); n > width {
			t.Errorf("%d columns, want at most %d: %s", n, width, line)
		}
	}
}

func TestDrawMachine(t *testing.T) {
	p := New(worlds()["five"].world())
	p.Machine = &Machine{Inodes: map[Kind]uint64{Net: 4026531840, IPC: first(IPC), PID: first(PID), UTS: first(UTS), User: first(User), Cgroup: first(Cgroup)}}
	got := p.Draw(Look{Width: 80})
	compare(t, filepath.Join("testdata", "machine.golden"), got)
	narrowEnough(t, got, 80)
}

func TestChanges(t *testing.T) {
	s := worlds()["inside"]
	before := New(s.world())
	s.inside.Processes = s.inside.Processes[:len(s.inside.Processes)-2]
	s.inside.Sockets = s.inside.Sockets[1:]
	s.down = map[string]int{"maker": 3}
	got := Changes(before, New(s.world()))
	for _, want := range []string{
		"- container maker: running, process 1001 on the host", "+ container maker: exited 3",
		"- process maker 13 (1012 on the host): sh -c sleep", "- listening tcp 0.0.0.0:80: maker maker (7, 9)",
	} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	if again := Changes(before, before); len(again) > 0 {
		t.Errorf("nothing has changed, and it says %q", again)
	}
}

func wiring() Wiring {
	return Wiring{
		Namespace: "default", Name: "web", Containers: []string{"server", "client"},
		Networks: []Network{{
			Name: "bridge", Driver: "bridge", Bridge: "docker0", Subnets: []string{"10.0.0.0/16"}, Gateway: "10.0.0.1",
			Addresses: []string{"10.0.0.2/16"}, MAC: "02:42:0a:00:00:02", Interface: "eth0", Veth: "veth12ab",
			Neighbours: []Neighbour{{Pod: "db", Address: "10.0.0.3"}, {Pod: "team/db", Address: "10.0.0.14"}, {Container: "x\x1b", Address: "10.0.0.15"}},
		}},
		Ports:  []Port{Firewall{}.PortOf("0.0.0.0:8080->80/tcp", []string{"10.0.0.2"})},
		Resolv: []string{"nameserver 9.9.9.9"}, Hosts: []string{"127.0.0.1\tlocalhost"},
	}
}

func TestDrawWiring(t *testing.T) {
	overlay := wiring()
	overlay.Networks[0] = Network{Name: "far", Driver: "overlay", Addresses: []string{"10.1.0.2/24"}, Subnets: []string{"10.1.0.0/24"}}
	overlay.Ports = nil
	internal := wiring()
	internal.Networks[0].Internal, internal.Ports = true, nil
	none := wiring()
	none.Networks, none.Ports = []Network{{Name: "none", Driver: "null"}}, nil
	for name, c := range map[string]struct {
		Wiring
		Look
	}{
		"wiring":         {wiring(), Look{Width: 80}},
		"wiring-narrow":  {wiring(), Look{Width: 40}},
		"wiring-colour":  {wiring(), Look{Width: 80, Colours: Colours{Shared: "<shared>", Machine: "<machine>", Plain: "</>"}}},
		"wiring-host":    {Wiring{Name: "web", Machine: true, Resolv: []string{"nameserver 9.9.9.9"}}, Look{Width: 80}},
		"wiring-overlay": {overlay, Look{Width: 80}},
		"wiring-inner":   {internal, Look{Width: 80}},
		"wiring-none":    {none, Look{Width: 80}},
	} {
		got := c.Wiring.Draw(c.Look)
		compare(t, filepath.Join("testdata", name+".golden"), got)
		if c.Look.Colours == (Colours{}) {
			narrowEnough(t, got, c.Look.Width)
		}
	}
}

func TestPortOf(t *testing.T) {
	got := map[string]string{}
	for _, word := range []string{"0.0.0.0:8080->80/tcp", "127.0.0.1:53->5353/udp", "[::]:8080->80/tcp"} {
		got[word] = Firewall{IPv6: true}.PortOf(word, []string{"10.0.0.2"}).Rule
	}
	both := []string{"10.0.0.2", "fd00::2"}
	got["both"] = Firewall{IPv6: true}.PortOf("[::]:8080->80/tcp", both).Rule
	got["both, before Docker 27"] = Firewall{}.PortOf("[::]:8080->80/tcp", both).Rule
	got["two networks"] = Firewall{}.PortOf("0.0.0.0:8080->80/tcp", []string{"10.0.0.2", "10.1.0.2"}).Rule
	want := map[string]string{
		"0.0.0.0:8080->80/tcp":   "-p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80",
		"127.0.0.1:53->5353/udp": "-d 127.0.0.1 -p udp --dport 53 -j DNAT --to-destination 10.0.0.2:5353",
		"[::]:8080->80/tcp":      "docker-proxy, to 10.0.0.2:80",
		"both":                   "-p tcp --dport 8080 -j DNAT --to-destination [fd00::2]:80",
		"both, before Docker 27": "docker-proxy, to [fd00::2]:80 (a rule where ip6tables is on)",
		"two networks":           "-p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
