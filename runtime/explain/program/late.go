//go:build ignore

package main

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/network"
)

// podIPs are the addresses of a container, IPv4 first.
func podIPs(name string) string {
	found, err := docker.ContainerInspect(ctx, name)
	check(err)
	var four, six []string
	for _, n := range found.NetworkSettings.Networks {
		if n.IPAddress != "" {
			four = append(four, n.IPAddress)
		}
		if n.GlobalIPv6Address != "" {
			six = append(six, n.GlobalIPv6Address)
		}
	}
	return strings.Join(append(four, six...), ",")
}

// hostIPs are the addresses of the machine in Docker's default network.
func hostIPs() string {
	found, err := docker.NetworkInspect(ctx, "bridge", network.InspectOptions{})
	check(err)
	var list []string
	for _, c := range found.IPAM.Config {
		if subnet, err := netip.ParsePrefix(c.Subnet); c.Gateway == "" && err == nil {
			c.Gateway = subnet.Masked().Addr().Next().String() // the engine does not say, and has taken it
		}
		list = append(list, c.Gateway)
	}
	return strings.Join(list, ",")
}

// first is the first of a list with commas.
func first(list string) string {
	one, _, _ := strings.Cut(list, ",")
	return one
}

// node is the name of the machine.
func node() string {
	info, err := docker.Info(ctx)
	check(err)
	return info.Name
}

// cpus are the processors of the machine in thousandths, and memory its bytes,
// as a number of divisors, rounded up.
func cpus(divisor int64) string {
	info, err := docker.Info(ctx)
	check(err)
	return strconv.FormatInt((int64(info.NCPU)*1000+divisor-1)/divisor, 10)
}

// oomScore is the score of a burstable container that asks for so many bytes.
func oomScore(request int64) int {
	info, err := docker.Info(ctx)
	check(err)
	return int(min(max(1000-1000*request/info.MemTotal, 3), 999))
}

func memory(divisor int64) string {
	info, err := docker.Info(ctx)
	check(err)
	return strconv.FormatInt((info.MemTotal+divisor-1)/divisor, 10)
}
