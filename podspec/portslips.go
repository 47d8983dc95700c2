package podspec

import (
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// portSlips finds probes and hooks that name a port which their container does not name: a node looks for it there and
// nowhere else, and they fail.
func portSlips(path string, c *v1.Container) []slip {
	var slips []slip
	for _, user := range portUsers(c) {
		port := user.port
		if port.Type != intstr.String || namesPort(c, port.StrVal) {
			continue
		}
		slips = append(slips, slip{
			field:   path + "." + user.field,
			message: fmt.Sprintf("no port of this container is named %q%s", shorten(port.StrVal), namedPorts(c)),
		})
	}
	return slips
}

// portUser is a field that takes a port by its number or its name.
type portUser struct {
	field string
	port  *intstr.IntOrString
}

func portUsers(c *v1.Container) []portUser {
	var users []portUser
	add := func(field string, get *v1.HTTPGetAction, socket *v1.TCPSocketAction) {
		switch {
		case get != nil:
			users = append(users, portUser{field + ".httpGet.port", &get.Port})
		case socket != nil:
			users = append(users, portUser{field + ".tcpSocket.port", &socket.Port})
		}
	}
	for _, p := range []struct {
		field string
		probe *v1.Probe
	}{{"livenessProbe", c.LivenessProbe}, {"readinessProbe", c.ReadinessProbe}, {"startupProbe", c.StartupProbe}} {
		if p.probe != nil {
			add(p.field, p.probe.HTTPGet, p.probe.TCPSocket)
		}
	}
	if c.Lifecycle != nil && c.Lifecycle.PostStart != nil {
		add("lifecycle.postStart", c.Lifecycle.PostStart.HTTPGet, c.Lifecycle.PostStart.TCPSocket)
	}
	if c.Lifecycle != nil && c.Lifecycle.PreStop != nil {
		add("lifecycle.preStop", c.Lifecycle.PreStop.HTTPGet, c.Lifecycle.PreStop.TCPSocket)
	}
	return users
}

func namesPort(c *v1.Container, name string) bool {
	return slices.ContainsFunc(c.Ports, func(p v1.ContainerPort) bool { return p.Name == name })
}

// namedPorts lists the names there are.
func namedPorts(c *v1.Container) string {
	var names []string
	for _, p := range c.Ports {
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (it has " + strings.Join(names, ", ") + ")"
}
