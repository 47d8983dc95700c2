package translate

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ParsePublish checks one -p value, [ip:][host:]container[/proto], as Docker
// reads it; the container's port may be the name of one.
func ParsePublish(spec string) ([]nat.PortMapping, error) {
	plain := spec
	if before, _, after, ok := cutPortName(spec); ok {
		plain = before + "1" + after // any number
	}
	mappings, err := nat.ParsePortSpec(plain)
	if err != nil {
		return nil, fmt.Errorf("publish %q: %w", spec, err)
	}
	return mappings, nil
}

// cutPortName cuts a -p value around the name of a port; ok is false where it has
// a number.
func cutPortName(spec string) (before, name, after string, ok bool) {
	name, protocol, slash := strings.Cut(spec, "/")
	if slash {
		after = "/" + protocol
	}
	at := strings.LastIndex(name, ":") + 1
	before, name = name[:at], name[at:]
	return before, name, after, len(validation.IsValidPortName(name)) == 0
}

// published is a -p value with the number and the protocol of the port that it
// names; ok is false where no container has a port of that name.
func (b *Blueprint) published(spec string) (plain string, ok bool) {
	before, name, after, named := cutPortName(spec)
	if !named {
		return spec, true
	}
	for _, c := range b.Pod.Spec.Containers {
		for _, p := range c.Ports {
			if p.Name != name {
				continue
			}
			number, protocol := portOf(p).Port(), portOf(p).Proto()
			return before + number + cmp.Or(after, "/"+protocol), true
		}
	}
	return "", false
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
		plain, known := b.published(spec)
		mappings, err := ParsePublish(plain)
		if !known || err != nil {
			continue // a Note says so, or it was refused where the option was read
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
