package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/pause"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// open are the TCP sockets of a pod that wait for others.
type open []pause.Socket

// listening are the sockets of a pod that has a network of its own. Those of
// the engine's name server are not the pod's.
func (l *look) listening() (open, bool) {
	if l.Pause == nil || l.Pause.State != plan.Running || l.Want == nil || l.Want.Pod.Spec.HostNetwork {
		return nil, false
	}
	a, known := l.ask(Question{Kind: AskSockets})
	const nameServer = "127.0.0.11"
	var own open
	for _, s := range a.Sockets {
		if strings.HasPrefix(s.Protocol, "tcp") && s.Local.Addr().String() != nameServer {
			own = append(own, s)
		}
	}
	return own, known
}

// at are the sockets at a port.
func (o open) at(port int) open {
	var found open
	for _, s := range o {
		if int(s.Local.Port()) == port {
			found = append(found, s)
		}
	}
	return found
}

func (o open) ports() []int {
	var ports []int
	for _, s := range o {
		ports = append(ports, int(s.Local.Port()))
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// String lists the ports, with where they are on one address alone.
func (o open) String() string {
	var texts []string
	for _, port := range o.ports() {
		text := strconv.Itoa(port)
		if at := o.at(port); onlyLoopback(at) {
			text += " (on " + at[0].Local.Addr().String() + " alone)"
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}

func onlyLoopback(sockets open) bool {
	return !slices.ContainsFunc(sockets, func(s pause.Socket) bool { return !s.Local.Addr().Unmap().IsLoopback() })
}

// loopback are ports that others are to reach and that are open to the pod
// alone.
func loopback(l *look) []Cause {
	if l.Want == nil || l.Intent() != plan.Wanted || !slices.ContainsFunc(l.units(), func(u translate.Unit) bool { return len(u.Container.Ports) > 0 }) {
		return nil
	}
	sockets, known := l.listening()
	if !known {
		return nil
	}
	var causes []Cause
	told := map[int32]bool{}
	for _, u := range l.units() {
		for _, p := range u.Container.Ports {
			at := sockets.at(int(p.ContainerPort))
			if p.Protocol == v1.ProtocolUDP || len(at) == 0 || !onlyLoopback(at) || told[p.ContainerPort] || l.explained(u.Name) {
				continue
			}
			told[p.ContainerPort] = true
			who := "others"
			if p.HostPort != 0 {
				who = fmt.Sprintf("hostPort %d", p.HostPort)
			}
			causes = append(causes, l.loopbackCause(u, int(p.ContainerPort), at, who))
		}
	}
	return causes
}

func (l *look) loopbackCause(u translate.Unit, port int, at open, who string) Cause {
	return Cause{
		Name: "loopback-only", Container: u.Name, Sure: Certain,
		Text:     fmt.Sprintf("the server of %s listens on %s alone, where %s cannot reach it: it has to listen on 0.0.0.0", title(u), at[0].Local, who),
		Evidence: []string{"listening: " + at[0].Local.String(), fmt.Sprintf("port %d is asked for by %s", port, who)}, Command: l.command("ns"),
	}
}

// unheard are ports that are published, and that nobody listens on though the pod
// listens on others. One may be opened only when it is wanted.
func (l *look) unheard() []string {
	if l.Want == nil || len(l.Want.Pause.Host.PortBindings) == 0 || l.Intent() != plan.Wanted || l.now.Sub(l.LastChange()) < settled || len(plan.Down(l.World)) > 0 {
		return nil
	}
	open, known := l.listening()
	if !known || len(open) == 0 {
		return nil
	}
	var texts []string
	for port, bindings := range l.Want.Pause.Host.PortBindings {
		if port.Proto() == "tcp" && len(open.at(port.Int())) == 0 && len(bindings) > 0 {
			texts = append(texts, fmt.Sprintf("nobody listens on port %d, which is published as %s; the pod listens on %s", port.Int(), bindings[0].HostPort, open))
		}
	}
	slices.Sort(texts)
	return texts
}

// inUse are the words of a server that does not get its port.
func inUse() []string {
	return []string{"address already in use", "address in use", "eaddrinuse", "was already in use"}
}

// clashes are containers that want a port which another one of the pod has.
func clashes(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		c := l.failed(u)
		if c == nil {
			continue
		}
		lines := holding(l.words(*c), inUse()...)
		if len(lines) == 0 {
			continue
		}
		port, other := l.rival(u, portIn(lines[len(lines)-1]))
		cause := Cause{
			Name: "port-clash", Container: u.Name, Sure: Certain,
			Text:     fmt.Sprintf("%s cannot listen on %s: %s has it already, and the containers of a pod share one network", title(u), port, other),
			Evidence: some("log", lines, 1), Command: l.logsOf(*c),
		}
		if l.Want.Pod.Spec.HostNetwork {
			cause.Text = fmt.Sprintf("%s cannot listen on %s: something has it already in the network of the machine, which is the pod's (spec.hostNetwork)", title(u), port)
			cause.Command = "ss -ltnp"
		}
		causes = append(causes, cause)
	}
	if l.Pause == nil {
		return l.declaredTwice()
	}
	return causes
}

// rival is who has the port that a unit wants; a server may say only that it
// does not get its port.
func (l *look) rival(u translate.Unit, port int) (wanted, other string) {
	for _, c := range plan.Clashes(l.World) {
		rival := map[string]string{c.First: c.Second, c.Second: c.First}[u.Name]
		if number, _, _ := strings.Cut(c.Port, "/"); rival != "" && (port == 0 || number == strconv.Itoa(port)) {
			return "port " + number, "container " + rival
		}
	}
	wanted, other = "its port", "something in the pod"
	if port != 0 {
		wanted = fmt.Sprintf("port %d", port)
	}
	others := l.others(u)
	switch {
	case l.Want.Pod.Spec.HostNetwork || len(others) == 0:
	case len(others) == 1:
		other = "container " + others[0]
	case port != 0:
		a, _ := l.ask(Question{Kind: AskHolders})
		if i := slices.IndexFunc(a.Holders, func(h Holder) bool { return h.Port == port && slices.Contains(others, h.Unit) }); i >= 0 {
			other = "container " + a.Holders[i].Unit
		}
	}
	return wanted, other
}

// others are the units that run beside one.
func (l *look) others(u translate.Unit) []string {
	var names []string
	for _, c := range l.Containers {
		if c.State == plan.Running && c.Unit != u.Name {
			names = append(names, c.Unit)
		}
	}
	return names
}

// declaredTwice are ports that two containers declare, before anything runs.
func (l *look) declaredTwice() []Cause {
	var causes []Cause
	for _, c := range plan.Clashes(l.World) {
		causes = append(causes, Cause{
			Name: "port-clash", Container: c.Second, Sure: Likely,
			Text:     c.String(),
			Evidence: []string{"ports of the manifest and of the images"}, Command: "minipod explain " + l.manifest(),
		})
	}
	return causes
}

// hostPorts are ports of the machine that somebody else has.
func hostPorts(l *look) []Cause {
	if l.Want == nil || l.Leaving() || l.Pause != nil && (l.Pause.State == plan.Running || l.Intent() != plan.Wanted) || len(l.Want.Pause.Host.PortBindings) == 0 {
		return nil
	}
	a, known := l.ask(Question{Kind: AskPorts})
	if !known {
		return nil
	}
	var causes []Cause
	for port, bindings := range l.Want.Pause.Host.PortBindings {
		for _, b := range bindings {
			i := slices.IndexFunc(a.Ports, func(p Published) bool {
				return p.Protocol == port.Proto() && strconv.Itoa(p.Port) == b.HostPort && overlap(p.IP, b.HostIP) && p.Container != l.Want.Pause.Name
			})
			if i < 0 {
				continue
			}
			causes = append(causes, Cause{
				Name: "host-port-taken", Sure: Certain,
				Text:     fmt.Sprintf("port %s of the machine, which the pod is to publish, is taken by container %s", b.HostPort, a.Ports[i].Container),
				Evidence: []string{fmt.Sprintf("published by %s: %s/%s", a.Ports[i].Container, b.HostPort, port.Proto())},
				Command:  "docker ps --filter publish=" + b.HostPort,
			})
		}
	}
	slices.SortFunc(causes, func(a, b Cause) int { return strings.Compare(a.Text, b.Text) })
	if len(causes) == 0 && l.Pause != nil && holds(l.Pause.Error, inUse()...) {
		causes = []Cause{{
			Name: "host-port-taken", Sure: Certain, Text: "a port of the machine that the pod is to publish is taken by a program that is no container",
			Evidence: []string{l.Pause.Error}, Command: "ss -ltnp",
		}}
	}
	return causes
}

// overlap reports whether two addresses to listen on share one.
func overlap(a, b string) bool {
	every := func(ip string) bool { return ip == "" || ip == "0.0.0.0" || ip == "::" }
	return every(a) || every(b) || a == b
}
