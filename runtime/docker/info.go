package docker

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/system"

	"github.com/minipod/minipod/runtime/engine"
)

// Info is engine.Info.
type Info = engine.Info

// Info asks for the facts about the engine's machine.
func (e *Engine) Info(ctx context.Context) (Info, error) {
	found, err := e.cli.Info(ctx)
	if err != nil {
		return Info{}, fmt.Errorf("ask for the engine's facts: %w", e.explain(err))
	}
	info := Info{
		ID: found.ID, Hostname: found.Name, CPUs: found.NCPU, Memory: found.MemTotal,
		OS: found.OSType, OSName: found.OperatingSystem, Architecture: found.Architecture, Kernel: found.KernelVersion,
		Version: found.ServerVersion, API: e.cli.ClientVersion(), DataRoot: found.DockerRootDir, Driver: found.Driver,
		CgroupDriver: found.CgroupDriver, Cgroup: found.CgroupVersion,
		Runtimes: slices.Sorted(maps.Keys(found.Runtimes)), Runtime: found.DefaultRuntime,
	}
	info.Security = securityOf(found)
	info.Rootless = slices.Contains(info.Security, "rootless")
	info.PodCgroups = info.CgroupDriver == "cgroupfs" && info.Cgroup == "1" && !info.Rootless && !e.podman()
	if info.Addresses, err = e.gateways(ctx); err != nil {
		return Info{}, err
	}
	return info, nil
}

// securityOf are the names in options such as "name=seccomp,profile=default".
func securityOf(found system.Info) []string {
	var names []string
	for _, option := range found.SecurityOptions {
		for field := range strings.SplitSeq(option, ",") {
			if name, ok := strings.CutPrefix(field, "name="); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// gateways are the machine's own addresses in the network of pods. The list
// is asked instead of the network "bridge", which Podman has not.
func (e *Engine) gateways(ctx context.Context) ([]string, error) {
	networks, err := e.cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list networks: %w", e.explain(err))
	}
	var addresses []string
	for _, n := range networks {
		if n.Driver != "bridge" || n.Name != "bridge" && n.Name != "podman" {
			continue
		}
		for _, c := range n.IPAM.Config {
			if gateway := gatewayOf(c); gateway != "" {
				addresses = append(addresses, gateway)
			}
		}
	}
	return addresses, nil
}

// gatewayOf is the machine's address in a subnet. Where the engine does not
// say, it has taken the first one.
func gatewayOf(c network.IPAMConfig) string {
	if c.Gateway != "" {
		return c.Gateway
	}
	subnet, err := netip.ParsePrefix(c.Subnet)
	if err != nil {
		return ""
	}
	return subnet.Masked().Addr().Next().String()
}
