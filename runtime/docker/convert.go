package docker

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// pauseOf reads a pause container.
func pauseOf(c container.InspectResponse) *plan.Pause {
	return &plan.Pause{
		ID:         c.ID,
		Name:       strings.TrimPrefix(c.Name, "/"),
		State:      stateOf(c.State),
		Paused:     c.State.Paused,
		Policy:     plan.PolicyOf(c.HostConfig.RestartPolicy),
		Created:    timeOf(c.Created),
		StartedAt:  timeOf(c.State.StartedAt),
		FinishedAt: timeOf(c.State.FinishedAt),
		IPs:        addressesOf(c.NetworkSettings),
		Ports:      portsOf(c.NetworkSettings),
		Error:      c.State.Error,
		Cgroup:     cgroupOf(c.HostConfig),
		Resources:  plan.ResourcesOf(c.HostConfig.Resources),
	}
}

// containerOf reads an attempt of a unit.
func containerOf(c container.InspectResponse) plan.Container {
	labels := c.Config.Labels
	attempt := plan.Container{
		ID:          c.ID,
		Name:        strings.TrimPrefix(c.Name, "/"),
		Unit:        labels[translate.LabelContainer],
		Attempt:     translate.AttemptOf(labels),
		Restarts:    translate.RestartsOf(labels),
		Backoff:     translate.BackoffOf(labels),
		Start:       translate.StartNumber(labels),
		Hash:        labels[translate.LabelHash],
		MemoryAsked: labels[translate.LabelMemory],
		State:       stateOf(c.State),
		Paused:      c.State.Paused,
		ExitCode:    c.State.ExitCode,
		OOMKilled:   c.State.OOMKilled,
		Error:       c.State.Error,
		Resources:   plan.ResourcesOf(c.HostConfig.Resources),
		Image:       c.Config.Image,
		ImageID:     c.Image,
		Created:     timeOf(c.Created),
		StartedAt:   timeOf(c.State.StartedAt),
		FinishedAt:  timeOf(c.State.FinishedAt),
		StopSignal:  c.Config.StopSignal,
	}
	if brokenOff(c.State) {
		attempt.ExitCode, attempt.Error, attempt.FinishedAt = 0, "", time.Time{}
	}
	return attempt
}

// brokenOff reports whether a container has not run because who started it
// went away meanwhile: Docker notes that as a failed start, and only the text
// tells it from a real one. The container can be started still.
func brokenOff(s *container.State) bool {
	return s.Status == "created" && timeOf(s.StartedAt).IsZero() && strings.Contains(s.Error, "context canceled")
}

// stateOf maps the states of Docker and Podman to those of the plan. A
// container that Docker is about to restart, which only a pause can be, is as
// good as running: it is Docker's to look after.
func stateOf(s *container.State) plan.State {
	switch s.Status {
	case "created", "configured", "initialized":
		return plan.Created
	case "running", "paused", "restarting", "stopping":
		return plan.Running
	}
	return plan.Exited
}

// addressesOf are the addresses in all networks, IPv4 first, networks by name.
func addressesOf(s *container.NetworkSettings) []string {
	var v4, v6 []string
	for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
		if network := s.Networks[name]; network != nil {
			v4 = append(v4, network.IPAddress)
			v6 = append(v6, network.GlobalIPv6Address)
		}
	}
	return slices.DeleteFunc(append(v4, v6...), func(ip string) bool { return ip == "" })
}

// portsOf words the published ports as `docker ps` does.
func portsOf(s *container.NetworkSettings) []string {
	ports := make([]nat.Port, 0, len(s.Ports))
	for port := range s.Ports {
		ports = append(ports, port)
	}
	slices.SortFunc(ports, func(a, b nat.Port) int {
		return cmp.Or(cmp.Compare(a.Int(), b.Int()), cmp.Compare(a.Proto(), b.Proto()))
	})
	var words []string
	for _, port := range ports {
		for _, b := range s.Ports[port] {
			host := cmp.Or(b.HostIP, "0.0.0.0") // Podman leaves it out
			words = append(words, fmt.Sprintf("%s->%s", net.JoinHostPort(host, b.HostPort), port))
		}
	}
	return words
}

// timeOf reads one of Docker's times; the zero time where Docker has none.
func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

// overlaps tells whether two addresses that ports are published on take the
// same port from one another.
func overlaps(a, b string) bool {
	first, err := netip.ParseAddr(a)
	if err != nil {
		return true // no address is every address
	}
	second, err := netip.ParseAddr(b)
	if err != nil {
		return true
	}
	return first == second || first.IsUnspecified() || second.IsUnspecified()
}

// inspectOne inspects a container. All of the answer's parts are there, empty
// where the engine has left them out.
func (e *Engine) inspectOne(ctx context.Context, name string) (container.InspectResponse, error) {
	found, err := e.cli.ContainerInspect(ctx, name)
	if err == nil {
		complete(&found, name)
	}
	return found, err
}

func complete(c *container.InspectResponse, name string) {
	c.ContainerJSONBase = orEmpty(c.ContainerJSONBase)
	c.ID = cmp.Or(c.ID, name)
	c.State, c.HostConfig, c.Config = orEmpty(c.State), orEmpty(c.HostConfig), orEmpty(c.Config)
	c.NetworkSettings = orEmpty(c.NetworkSettings)
}

// orEmpty is what a pointer points to, or a zero value where it is nil.
func orEmpty[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}
