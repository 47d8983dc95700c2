package manifest

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
)

// hostPort is a port of the machine that a pod wants published.
type hostPort struct {
	run      string // where each file is a run of its own
	ip       string // empty for all addresses
	protocol v1.Protocol
	number   int32
}

// clashes reports whether only one of two can be published.
func (p hostPort) clashes(other hostPort) bool {
	everywhere := p.ip == "" || other.ip == "" || p.ip == "0.0.0.0" || other.ip == "0.0.0.0"
	return p.run == other.run && p.protocol == other.protocol && p.number == other.number && (everywhere || p.ip == other.ip)
}

// checkPorts finds two pods with one hostPort in what would be one run.
func (r *Reading) checkPorts(opts Options) {
	type holder struct {
		hostPort
		pod Pod
	}
	var seen []holder
	for _, m := range r.Pods {
		if m.Pod().Spec.HostNetwork {
			continue // what is published is what the program listens on
		}
		for field, p := range hostPorts(m, opts) {
			for _, first := range seen {
				if first.clashes(p) && first.pod.Ref() != m.Ref() {
					r.wrong(m.Problem(field, fmt.Sprintf("pod %s wants port %d/%s of the machine too: only one can have it", first.pod.Ref(), p.number, p.protocol)))
					break
				}
			}
			seen = append(seen, holder{p, m})
		}
	}
}

// hostPorts are those of a pod, with their fields.
func hostPorts(m Pod, opts Options) func(yield func(string, hostPort) bool) {
	return func(yield func(string, hostPort) bool) {
		for i, c := range m.Pod().Spec.Containers {
			for j, port := range c.Ports {
				p := hostPort{ip: port.HostIP, protocol: port.Protocol, number: port.HostPort}
				if opts.Apart {
					p.run = m.Source()
				}
				if p.number != 0 && !yield(fmt.Sprintf("spec.containers[%d].ports[%d].hostPort", i, j), p) {
					return
				}
			}
		}
	}
}
