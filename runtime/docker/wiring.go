package docker

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	"golang.org/x/sync/errgroup"

	"github.com/minipod/minipod/runtime/namespace"
	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// rulesForIPv6 is the API version of Docker 27, which has ip6tables on.
const rulesForIPv6 = "1.46"

// Wiring reads the way of a packet between a pod that runs and the world. The
// names of interfaces are left out where the engine makes no container that
// could look for them.
func (e *Engine) Wiring(ctx context.Context, w plan.World) (namespace.Wiring, error) {
	found, err := e.inspectOne(ctx, w.Pause.ID)
	if err != nil {
		return namespace.Wiring{}, fmt.Errorf("inspect %s: %w", w.Pause.Name, e.explain(err))
	}
	wiring := namespace.Wiring{Namespace: w.Namespace, Name: w.Name, Machine: found.HostConfig.NetworkMode.IsHost(),
		Containers: []string{}, Networks: []namespace.Network{}, Ports: []namespace.Port{}}
	for _, u := range w.Want.Units {
		if c := w.Latest(u.Name); c != nil && c.State == plan.Running {
			wiring.Containers = append(wiring.Containers, u.Name)
		}
	}
	rules := namespace.Firewall{IPv6: !versions.LessThan(e.cli.ClientVersion(), rulesForIPv6)}
	for _, word := range w.Pause.Ports {
		wiring.Ports = append(wiring.Ports, rules.PortOf(word, w.Pause.IPs))
	}
	var inside, outside []pause.Link
	group, all := errgroup.WithContext(ctx)
	group.Go(func() (err error) { wiring.Resolv, err = e.linesOf(all, w.Pause.ID, "/etc/resolv.conf"); return err })
	group.Go(func() (err error) { wiring.Hosts, err = e.linesOf(all, w.Pause.ID, "/etc/hosts"); return err })
	if !wiring.Machine {
		group.Go(func() (err error) { wiring.Networks, err = e.networksOf(all, w, found); return err })
		group.Go(func() error { inside = e.links(all, container.NetworkMode("container:"+w.Pause.ID)); return nil })
		group.Go(func() error { outside = e.links(all, "host"); return nil })
	}
	if err := group.Wait(); err != nil {
		return namespace.Wiring{}, err
	}
	if len(wiring.Networks) == 1 { // of several it is not told which interface is whose
		n := &wiring.Networks[0]
		n.Interface, n.Veth = ends(inside, outside)
	}
	return wiring, nil
}

// ends are the names of the two ends of a pod's veth.
func ends(inside, outside []pause.Link) (in, out string) {
	for _, l := range inside {
		if l.Peer == l.Index {
			continue
		}
		at := slices.IndexFunc(outside, func(o pause.Link) bool { return o.Index == l.Peer && o.Peer == l.Index })
		if at >= 0 {
			return l.Name, outside[at].Name
		}
		in = l.Name
	}
	return in, ""
}

// links are the interfaces of a network; none where they cannot be read.
func (e *Engine) links(ctx context.Context, mode container.NetworkMode) []pause.Link {
	r := translate.Helper("links")
	r.Host.NetworkMode, r.Host.UsernsMode = mode, "host"
	text, err := e.output(ctx, r)
	if err != nil {
		return nil
	}
	list, err := pause.ParseLinks(strings.NewReader(text))
	if err != nil {
		return nil
	}
	return list
}

// linesOf are the lines of a file of a container.
func (e *Engine) linesOf(ctx context.Context, id, name string) ([]string, error) {
	f, err := e.Head(ctx, id, name)
	if err != nil || !f.There {
		return []string{}, err
	}
	return strings.Split(strings.TrimRight(string(f.Head), "\n"), "\n"), nil
}

// networksOf are the networks that a pod is in, by their names.
func (e *Engine) networksOf(ctx context.Context, w plan.World, p container.InspectResponse) ([]namespace.Network, error) {
	pods, err := e.containers(ctx, translate.LabelUID)
	if err != nil {
		return nil, err
	}
	list := []namespace.Network{}
	for _, name := range slices.Sorted(maps.Keys(p.NetworkSettings.Networks)) {
		own := p.NetworkSettings.Networks[name]
		if own == nil || own.NetworkID == "" {
			continue
		}
		found, err := e.cli.NetworkInspect(ctx, own.NetworkID, network.InspectOptions{})
		if err != nil {
			return nil, fmt.Errorf("inspect network %s: %w", name, e.explain(err))
		}
		n := networkOf(found, own)
		for id, other := range found.Containers {
			if id != p.ID {
				n.Neighbours = append(n.Neighbours, neighbour(id, other, w.Namespace, pods))
			}
		}
		slices.SortFunc(n.Neighbours, func(a, b namespace.Neighbour) int { return compareAddresses(a.Address, b.Address) })
		list = append(list, n)
	}
	return list, nil
}

func compareAddresses(a, b string) int {
	one, _ := netip.ParseAddr(a) // one that cannot be read comes first
	two, _ := netip.ParseAddr(b)
	return one.Compare(two)
}

func networkOf(found network.Inspect, own *network.EndpointSettings) namespace.Network {
	n := namespace.Network{
		Name: found.Name, Driver: found.Driver, Internal: found.Internal, Gateway: own.Gateway, MAC: own.MacAddress,
		Subnets: []string{}, Addresses: []string{}, Neighbours: []namespace.Neighbour{},
	}
	for _, c := range found.IPAM.Config {
		n.Subnets = append(n.Subnets, c.Subnet)
	}
	if own.IPAddress != "" {
		n.Addresses = append(n.Addresses, fmt.Sprintf("%s/%d", own.IPAddress, own.IPPrefixLen))
	}
	if own.GlobalIPv6Address != "" {
		n.Addresses = append(n.Addresses, fmt.Sprintf("%s/%d", own.GlobalIPv6Address, own.GlobalIPv6PrefixLen))
	}
	if found.Driver == "bridge" {
		n.Bridge = found.Options["com.docker.network.bridge.name"]
		if n.Bridge == "" && len(found.ID) >= 12 {
			n.Bridge = "br-" + found.ID[:12]
		}
	}
	return n
}

// neighbour tells the pause of a pod from a container of none.
func neighbour(id string, found network.EndpointResource, ns string, pods []container.Summary) namespace.Neighbour {
	address, _, _ := strings.Cut(found.IPv4Address, "/")
	if address == "" {
		address, _, _ = strings.Cut(found.IPv6Address, "/")
	}
	n := namespace.Neighbour{Container: found.Name, Address: address}
	if at := slices.IndexFunc(pods, func(c container.Summary) bool { return c.ID == id }); at >= 0 {
		labels := pods[at].Labels
		n.Pod = labels[translate.LabelPod]
		if other := labels[translate.LabelNamespace]; other != ns {
			n.Pod = other + "/" + n.Pod
		}
	}
	return n
}
