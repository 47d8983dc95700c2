package translate

import (
	"cmp"
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/minipod/minipod/podspec/kube"
)

// ProbeKind is what a probe is for.
type ProbeKind string

// The kinds of probes.
const (
	Startup   ProbeKind = "startup"
	Liveness  ProbeKind = "liveness"
	Readiness ProbeKind = "readiness"
)

// ProbeKinds are all of them.
func ProbeKinds() []ProbeKind { return []ProbeKind{Startup, Liveness, Readiness} }

// Action is something that a probe or a hook does to a container. One of the
// fields before Host is set.
type Action struct {
	Exec  []string
	HTTP  *v1.HTTPGetAction
	TCP   bool
	GRPC  *v1.GRPCAction
	Sleep time.Duration
	// Host and Port are where it connects to.
	Host string
	Port int
	// Timeout bounds it; zero is no bound of its own.
	Timeout time.Duration
	// Hook is an action of a hook: any answer to a request will do.
	Hook bool
	// Unable is why it cannot be done; empty where it can.
	Unable string
}

// Probe is the unit's probe of a kind; nil where it has none.
func (u Unit) Probe(kind ProbeKind) *v1.Probe {
	if u.Kind == Init || u.Kind == Ephemeral {
		return nil
	}
	switch kind {
	case Startup:
		return u.Container.StartupProbe
	case Liveness:
		return u.Container.LivenessProbe
	}
	return u.Container.ReadinessProbe
}

// ProbeAction is what a probe of the unit does. An error says that the port is
// none of the container's; the action is Unable then.
func (u Unit) ProbeAction(kind ProbeKind, in Inputs) (Action, error) {
	p := u.Probe(kind)
	a, err := u.action(v1.LifecycleHandler{Exec: p.Exec, HTTPGet: p.HTTPGet, TCPSocket: p.TCPSocket}, in)
	if p.GRPC != nil {
		a.GRPC, a.Port, a.Host = p.GRPC, int(p.GRPC.Port), address(in)
	}
	if len(a.Exec) > 0 {
		a.Exec = u.expandStatic(a.Exec)
	}
	a.Timeout = time.Duration(p.TimeoutSeconds) * time.Second
	return a.unable(err), err
}

// PostStart and PreStop are the unit's hooks; nil where it has none.
func (u Unit) PostStart() *v1.LifecycleHandler {
	if u.Container.Lifecycle == nil || u.Kind == Init {
		return nil
	}
	return u.Container.Lifecycle.PostStart
}

// PreStop is the hook before a stop: see PostStart.
func (u Unit) PreStop() *v1.LifecycleHandler {
	if u.Container.Lifecycle == nil || u.Kind == Init {
		return nil
	}
	return u.Container.Lifecycle.PreStop
}

// HookAction is what a hook of the unit does: see ProbeAction.
func (u Unit) HookAction(h *v1.LifecycleHandler, in Inputs) (Action, error) {
	a, err := u.action(*h, in)
	a.Hook = true
	return a.unable(err), err
}

func (a Action) unable(err error) Action {
	if err != nil {
		a.Unable = err.Error()
	}
	return a
}

func (u Unit) action(h v1.LifecycleHandler, in Inputs) (Action, error) {
	switch {
	case h.Exec != nil:
		return Action{Exec: h.Exec.Command}, nil
	case h.HTTPGet != nil:
		port, err := u.port(h.HTTPGet.Port)
		return Action{HTTP: h.HTTPGet, Host: cmp.Or(h.HTTPGet.Host, address(in)), Port: port}, err
	case h.TCPSocket != nil:
		port, err := u.port(h.TCPSocket.Port)
		return Action{TCP: true, Host: cmp.Or(h.TCPSocket.Host, address(in)), Port: port}, err
	case h.Sleep != nil:
		return Action{Sleep: kube.Seconds(h.Sleep.Seconds)}, nil
	}
	return Action{}, nil
}

// address is the pod's own; with the host's network the machine's.
func address(in Inputs) string {
	for _, list := range [][]string{in.PodIPs, in.HostIPs} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return "127.0.0.1"
}

// port is the number of a port, which a manifest may name by the container's
// own ports (pkg/probe/util.go).
func (u Unit) port(p intstr.IntOrString) (int, error) {
	number := int(p.IntVal)
	if p.Type == intstr.String {
		for _, own := range u.Container.Ports {
			if own.Name == p.StrVal {
				number = int(own.ContainerPort)
			}
		}
		if number == 0 {
			return 0, fmt.Errorf("port %q not found", p.StrVal)
		}
	}
	if number < 1 || number > 65535 {
		return 0, fmt.Errorf("invalid port number: %d", number)
	}
	return number, nil
}

// expandStatic puts the values in for $(NAME) that the manifest itself gives;
// a variable whose value comes from elsewhere is known and empty, as on a node.
func (u Unit) expandStatic(words []string) []string {
	values := map[string]string{}
	for _, e := range u.Container.Env {
		values[e.Name] = e.Value
	}
	expanded := make([]string, 0, len(words))
	for _, word := range words {
		expanded = append(expanded, kube.Expand(word, values))
	}
	return expanded
}
