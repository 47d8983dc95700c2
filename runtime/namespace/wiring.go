package namespace

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Wiring is the way of a packet between a pod and the world.
type Wiring struct {
	Namespace  string    `json:"namespace"`
	Name       string    `json:"name"`
	Containers []string  `json:"containers"` // that are in the network of the pause
	Machine    bool      `json:"hostNetwork"`
	Networks   []Network `json:"networks"`
	Ports      []Port    `json:"ports"`
	Resolv     []string  `json:"resolvConf"`
	Hosts      []string  `json:"hosts"`
}

// Network is a network of the engine that a pod is in.
type Network struct {
	Name       string      `json:"name"`
	Driver     string      `json:"driver"`
	Internal   bool        `json:"internal,omitempty"` // nothing leads out of it
	Bridge     string      `json:"bridge,omitempty"`   // the interface on the machine
	Subnets    []string    `json:"subnets"`
	Gateway    string      `json:"gateway,omitempty"`
	Addresses  []string    `json:"addresses"` // of the pod
	MAC        string      `json:"mac,omitempty"`
	Interface  string      `json:"interface,omitempty"` // in the pod
	Veth       string      `json:"veth,omitempty"`      // its other end, on the machine
	Neighbours []Neighbour `json:"neighbours"`
}

// Neighbour is another pod, or a container of none, in the same network.
type Neighbour struct {
	Pod       string `json:"pod,omitempty"` // NAME, or NAMESPACE/NAME of another namespace
	Container string `json:"container,omitempty"`
	Address   string `json:"address"`
}

// Port is one of the machine's that leads into the pod.
type Port struct {
	Published string `json:"published"` // 0.0.0.0:8080
	Port      string `json:"port"`      // 80/tcp
	Rule      string `json:"rule"`
}

// Firewall is what of an engine's rules is known. They cannot be read through
// the API.
type Firewall struct {
	// IPv6 tells that rules are written for IPv6 too: Docker does so of itself
	// since version 27, and left it to its proxy before.
	IPv6 bool
}

// PortOf reads a published port as plan.Pause has it, "0.0.0.0:8080->80/tcp",
// and says by what it leads to the first of the addresses that it can lead to:
// the rule that Docker writes, or its proxy.
func (f Firewall) PortOf(word string, addresses []string) Port {
	published, port, _ := strings.Cut(word, "->")
	p := Port{Published: published, Port: port}
	number, protocol, _ := strings.Cut(port, "/")
	colon := strings.LastIndexByte(published, ':')
	if colon < 0 || len(addresses) == 0 {
		return p
	}
	from := strings.Trim(published[:colon], "[]")
	at := slices.IndexFunc(addresses, func(a string) bool { return isIPv6(a) == isIPv6(from) })
	switch to := hostPort(addresses[max(at, 0)], number); {
	case at < 0: // an IPv6 port and an IPv4 pod
		p.Rule = "docker-proxy, to " + to
	case isIPv6(from) && !f.IPv6:
		p.Rule = "docker-proxy, to " + to + " (a rule where ip6tables is on)"
	default:
		p.Rule = fmt.Sprintf("-p %s --dport %s -j DNAT --to-destination %s", protocol, published[colon+1:], to)
		if from != "0.0.0.0" && from != "::" {
			p.Rule = "-d " + from + " " + p.Rule
		}
	}
	return p
}

func isIPv6(address string) bool { return strings.Contains(address, ":") }

func hostPort(address, port string) string {
	if isIPv6(address) {
		return "[" + address + "]:" + port
	}
	return address + ":" + port
}

// stop is the width of the column of the stops on the way.
const stop = 17

// Draw is the way from the containers to the machine, downwards.
func (w Wiring) Draw(look Look) string {
	d := &drawing{look: look}
	d.stop("containers", "", cmp.Or(strings.Join(w.Containers, ", "), "none that runs"))
	if w.Machine {
		d.way("hostNetwork is true: no interface, address or bridge of its own")
		d.stop("machine", look.Machine, "its interfaces, addresses and ports are the pod's")
	} else {
		d.way("localhost: all are in the network of the pause")
	}
	switch {
	case len(w.Networks) == 1 && w.Networks[0].Driver == "null":
		d.stop(w.Networks[0].Name, "", "no interface but lo: nothing leads in or out")
	case len(w.Networks) > 0:
		d.networks(w.Networks)
		d.stop("machine", look.Machine, "")
		d.ports(w.Ports)
	}
	d.file("/etc/resolv.conf", w.Resolv)
	d.file("/etc/hosts", w.Hosts)
	return d.text.String()
}

// drawing is lines one below the other.
type drawing struct {
	text strings.Builder
	look Look
}

func (d *drawing) line(text string) { d.text.WriteString(strings.TrimRight(text, " ") + "\n") }

// stop is a place on the way, and what is said of it.
func (d *drawing) stop(name, colour, text string) {
	name = cut(printable(name), stop-1)
	for i, part := range wrap(printable(text), max(min(d.look.Width, page)-stop, digits)) {
		if i > 0 {
			name = ""
		}
		d.line(d.look.paint(colour, name) + strings.Repeat(" ", stop-length(name)) + part)
	}
}

// way leads from one stop to the next.
func (d *drawing) way(text string) {
	for _, part := range wrap(printable(text), max(min(d.look.Width, page)-stop-2, digits)) {
		d.line(strings.Repeat(" ", stop) + "│ " + part)
	}
}

func (d *drawing) networks(list []Network) {
	for _, n := range list {
		d.network(n)
	}
	switch first := list[0]; {
	case first.Internal:
		d.way("the network is internal: nothing leads out of it")
	case first.Driver == "bridge":
		d.way("masqueraded on the way out: others see the machine's address")
	}
}

func (d *drawing) network(n Network) {
	d.stop(cmp.Or(n.Interface, "interface"), d.look.Shared, strings.Join(n.own(), ", "))
	if n.Driver == "bridge" {
		d.way("a veth pair: one end is in the pod, the other on the machine")
		d.stop(cmp.Or(n.Veth, "veth"), d.look.Machine, "")
		d.way("")
	} else {
		d.way("")
	}
	about := fmt.Sprintf("%s of the network %s, %s", n.Driver, n.Name, strings.Join(n.Subnets, ", "))
	if n.Gateway != "" {
		about += "; gateway " + n.Gateway
	}
	d.stop(cmp.Or(n.Bridge, n.Name), d.look.Machine, about)
	width := 0
	for _, other := range n.Neighbours {
		width = max(width, length(other.Address)+gap)
	}
	for _, other := range n.Neighbours {
		who := "container " + other.Container
		if other.Pod != "" {
			who = "pod " + other.Pod
		}
		row := cells(cell{"", stop}, cell{"├─ " + other.Address, width + 3}, cell{printable(who), 0})
		d.line(cut(row, d.look.Width))
	}
}

// own are the addresses of the pod in a network, and that of its interface.
func (n Network) own() []string {
	if n.MAC == "" {
		return n.Addresses
	}
	return append(slices.Clone(n.Addresses), n.MAC)
}

func (d *drawing) ports(list []Port) {
	if len(list) == 0 {
		d.way("no port is published: only the machine and the network's others get in")
	}
	for _, p := range list {
		d.way(fmt.Sprintf("%s -> %s: %s", p.Published, p.Port, p.Rule))
	}
}

func (d *drawing) file(name string, lines []string) {
	d.line("")
	d.line(name)
	for _, l := range lines {
		d.line(cut("        "+printable(strings.ReplaceAll(l, "\t", " ")), d.look.Width))
	}
}
