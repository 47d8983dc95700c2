package translate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"
	v1 "k8s.io/api/core/v1"
)

// ParsePublish checks one -p value, [ip:][host:]container[/proto], as Docker
// reads it.
func ParsePublish(spec string) ([]nat.PortMapping, error) {
	mappings, err := nat.ParsePortSpec(spec)
	if err != nil {
		return nil, fmt.Errorf("publish %q: %w", spec, err)
	}
	return mappings, nil
}

// publish puts the ports on the pause: every hostPort, and what the options
// ask for. A containerPort alone is not published, as in Kubernetes.
func publish(r *Request, b *Blueprint) {
	if b.Pod.Spec.HostNetwork {
		return
	}
	r.Host.PortBindings = nat.PortMap{}
	r.Config.ExposedPorts = nat.PortSet{}
	var from []string
	for i, c := range b.Pod.Spec.Containers {
		for j, p := range c.Ports {
			if host, ok := hostPort(p, b.Options); ok {
				r.bind(portOf(p), nat.PortBinding{HostIP: p.HostIP, HostPort: host})
				from = append(from, fmt.Sprintf("spec.containers[%d].ports[%d]", i, j))
			}
		}
	}
	for _, spec := range b.Options.Publish {
		mappings, err := ParsePublish(spec)
		if err != nil {
			continue // refused where the option was read
		}
		for _, m := range mappings {
			r.bind(m.Port, m.Binding)
		}
		from = append(from, "-p "+spec)
	}
	if len(from) > 0 {
		r.from("HostConfig.PortBindings", strings.Join(from, ", "))
	}
}

func (r *Request) bind(port nat.Port, binding nat.PortBinding) {
	r.Config.ExposedPorts[port] = struct{}{}
	for _, other := range r.Host.PortBindings[port] {
		if other == binding {
			return
		}
	}
	r.Host.PortBindings[port] = append(r.Host.PortBindings[port], binding)
}

// hostPort is the number a container's port is published on, if it is.
func hostPort(p v1.ContainerPort, opts Options) (string, bool) {
	switch {
	case p.HostPort != 0:
		return strconv.Itoa(int(p.HostPort)), true
	case opts.PublishAll:
		return strconv.Itoa(int(p.ContainerPort)), true
	}
	return "", false
}

func portOf(p v1.ContainerPort) nat.Port {
	proto := strings.ToLower(string(p.Protocol))
	if proto == "" {
		proto = "tcp"
	}
	return nat.Port(fmt.Sprintf("%d/%s", p.ContainerPort, proto))
}
