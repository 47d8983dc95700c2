package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/podspec/kube"
	"github.com/minipod/minipod/runtime/event"
	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// portNames are probes of a port by a name that the container does not have.
func portNames(l *look) []Cause {
	var causes []Cause
	for _, u := range l.units() {
		for _, kind := range translate.ProbeKinds() {
			if u.Probe(kind) == nil {
				continue
			}
			if _, err := u.ProbeAction(kind, translate.Inputs{}); err != nil {
				causes = append(causes, Cause{
					Name: "probe-port-name", Container: u.Name, Sure: Certain,
					Text:     fmt.Sprintf("the %s probe of %s names a port that is none of its ports%s", kind, title(u), named(u)),
					Evidence: []string{err.Error(), fmt.Sprintf("%s.%sProbe", u.Path, kind)}, Command: l.command("ps") + " -o yaml",
				})
			}
		}
	}
	return causes
}

// named lists the ports of a unit that have names.
func named(u translate.Unit) string {
	var names []string
	for _, p := range u.Container.Ports {
		if p.Name != "" {
			names = append(names, fmt.Sprintf("%s (%d)", p.Name, p.ContainerPort))
		}
	}
	if len(names) == 0 {
		return ": it names none"
	}
	return ": it has " + strings.Join(names, ", ")
}

// failing is a probe that fails, and what it saw.
type failing struct {
	translate.Unit
	kind   translate.ProbeKind
	action translate.Action
	output string
	stop   string // what tells that it had the container stopped; empty where it fails now
}

// again says that a probe had its container stopped.
func (f failing) again() string {
	if f.stop == "" {
		return ""
	}
	return ", and has it started again"
}

// failingProbes are probes that fail now: of startup and readiness those that
// have not succeeded, of liveness those that have failed a short while ago.
func failingProbes(l *look) []Cause {
	if l.Pause == nil || l.Intent() != plan.Wanted {
		return nil
	}
	var causes []Cause
	for _, u := range l.units() {
		for _, kind := range translate.ProbeKinds() {
			if f, ok := l.failing(u, kind); ok && !l.explained(u.Name) {
				causes = append(causes, l.probeCauses(f)...)
			}
		}
	}
	return causes
}

func (l *look) failing(u translate.Unit, kind translate.ProbeKind) (failing, bool) {
	f := failing{Unit: u, kind: kind}
	c := l.Latest(u.Name)
	if u.Probe(kind) == nil || c == nil || c.State != plan.Running {
		return f, false
	}
	var err error
	if f.action, err = u.ProbeAction(kind, translate.Inputs{PodIPs: l.Pause.IPs}); err != nil {
		return f, false
	}
	started := l.Started(u, *c)
	if l.now.Sub(c.StartedAt) < time.Duration(u.Probe(kind).InitialDelaySeconds)*time.Second {
		return f, false // nobody has asked it yet
	}
	switch kind {
	case translate.Startup:
		return l.probed(f, !started)
	case translate.Readiness:
		return l.probed(f, started && !l.Ready(u, *c))
	}
	e, ok := l.warned(u.Name, failedWords(kind))
	_, restarted := l.killedBy(u, kind)
	return l.probed(f, ok && !restarted && l.now.Sub(e.Last) <= recent)
}

// probed has a probe run once, where it is not known whether it succeeds. One that
// takes longer than anybody waits for here said in an event what it saw.
func (l *look) probed(f failing, open bool) (failing, bool) {
	if !open {
		return f, false
	}
	q := Question{Kind: AskProbe, At: f.Name, Name: string(f.kind)}
	a, known := l.ask(q)
	f.output = a.Text
	if e, ok := l.warned(f.Name, failedWords(f.kind)); ok && l.e.Answers[q].Unknown != "" && f.kind != translate.Liveness {
		f.output = strings.TrimPrefix(e.Message, failedWords(f.kind))
		return f, l.now.Sub(e.Last) <= recent
	}
	return f, known && a.Failed
}

// killedBy is the newest event that says that a probe has had a unit started
// again, a short while ago or where that is the end which is to be explained.
func (l *look) killedBy(u translate.Unit, kind translate.ProbeKind) (event.Event, bool) {
	for _, prefix := range []string{"Container ", "Init container "} {
		e, ok := l.warned(u.Name, fmt.Sprintf("%s%s failed %s probe", prefix, u.Name, kind))
		_, over := l.before(u)
		if c := l.failed(u); ok && (l.now.Sub(e.Last) <= recent && !over || c != nil && during(e, *c)) {
			return e, true
		}
	}
	return event.Event{}, false
}

// during reports whether an event is of an attempt: it names it, or came while
// it ran.
func during(e event.Event, c plan.Container) bool {
	if e.Attempt == c.ID {
		return true
	}
	return !c.StartedAt.IsZero() && !e.Last.Before(c.StartedAt) && !e.Last.After(c.FinishedAt)
}

// unconnected reports whether a probe got no connection; the kubelet's words for
// a gRPC probe do not say why.
func unconnected(output string) bool {
	return holds(output, "connection refused", "failed to connect service")
}

// probeCauses say why a probe fails, or has failed until its container was
// stopped.
func (l *look) probeCauses(f failing) []Cause {
	c := Cause{
		Container: f.Name, Sure: Certain, Evidence: []string{fmt.Sprintf("%s probe: %s", f.kind, firstOf(f.output)), where(f)},
		Command: l.probeCommand(f),
	}
	if f.stop != "" {
		c.Evidence = append([]string{f.stop}, append(c.Evidence, patience(f.Probe(f.kind)))...)
	}
	_, early := l.tooEarly(f)
	switch output := f.output; {
	case l.elsewhere(f) && holds(output, "dial tcp", "timeout", "deadline exceeded"):
		c.Name, c.Command = "probe-host", l.command("ps")+" -o yaml"
		c.Text = fmt.Sprintf("the %s probe of %s asks %s (%s), which is not the pod%s: without host it asks the pod", f.kind, title(f.Unit), f.action.Host, hostField(f), f.again())
		if host := f.action.Host; host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") {
			c.Text = fmt.Sprintf("the %s probe of %s asks %s (%s), which is the machine's own, as probes come from there%s: without host it asks the pod", f.kind, title(f.Unit), f.action.Host, hostField(f), f.again())
		}
	case unconnected(output):
		return l.refusedBy(c, f)
	case len(f.action.Exec) > 0 && missingCommand(output):
		return []Cause{absentProbeCommand(c, f.Unit, f.kind, output)}
	case f.action.HTTP != nil && holds(output, "statuscode: 404"):
		c.Name = "probe-path"
		c.Text = fmt.Sprintf("the %s probe of %s asks for %s, which the server at port %d does not have (404)%s", f.kind, title(f.Unit), f.action.HTTP.Path, f.action.Port, f.again())
		return append(l.hiddenPath(f), c)
	case f.action.HTTP != nil && holds(output, "http response to https client"):
		c.Name = "probe-scheme"
		c.Text = fmt.Sprintf("the %s probe of %s asks with HTTPS (scheme: HTTPS), and the server at port %d speaks HTTP%s", f.kind, title(f.Unit), f.action.Port, f.again())
	case asksSecure(f) && holds(output, "statuscode: 400"):
		c.Name, c.Sure = "probe-scheme", Likely
		c.Text = fmt.Sprintf("the %s probe of %s asks with HTTP, which the server at port %d refuses, as one of HTTPS does: scheme: HTTPS%s", f.kind, title(f.Unit), f.action.Port, f.again())
	case early:
		return []Cause{l.gaveUp(c, f)}
	case f.action.HTTP != nil && holds(output, "statuscode:"):
		c.Name = "probe-status"
		c.Text = fmt.Sprintf("the %s probe of %s asks for %s at port %d, and the server refuses it%s: %s", f.kind, title(f.Unit), f.action.HTTP.Path, f.action.Port, f.again(), firstOf(output))
		return append(l.hiddenPath(f), c)
	case holds(output, "timeout", "timed out", "deadline exceeded"):
		c.Name = "probe-slow"
		c.Text = fmt.Sprintf("the %s probe of %s gets no answer within its timeoutSeconds (%s)%s", f.kind, title(f.Unit), f.action.Timeout, f.again())
	case f.stop != "":
		return []Cause{l.gaveUp(c, f)}
	default:
		c.Name = "probe-failing"
		c.Text = fmt.Sprintf("the %s probe of %s fails: %s", f.kind, title(f.Unit), firstOf(output))
	}
	return []Cause{c}
}

// elsewhere reports whether a probe asks another address than the pod's.
func (l *look) elsewhere(f failing) bool {
	return hostField(f) != "" && !l.Want.Pod.Spec.HostNetwork && !slices.Contains(l.Pause.IPs, f.action.Host)
}

// hostField is the field that names the address which a probe asks; empty where
// none does.
func hostField(f failing) string {
	switch p := f.Probe(f.kind); {
	case p.HTTPGet != nil && p.HTTPGet.Host != "":
		return "httpGet.host"
	case p.TCPSocket != nil && p.TCPSocket.Host != "":
		return "tcpSocket.host"
	}
	return ""
}

// asksSecure reports whether a probe asks with HTTP at a port that is one of
// HTTPS by its number or its name.
func asksSecure(f failing) bool {
	if f.action.HTTP == nil || f.action.HTTP.Scheme == v1.URISchemeHTTPS {
		return false
	}
	name := f.action.HTTP.Port.StrVal
	for _, p := range f.Container.Ports {
		if int(p.ContainerPort) == f.action.Port {
			name += " " + p.Name
		}
	}
	return f.action.Port%1000 == 443 || holds(name, "https", "tls", "ssl")
}

func firstOf(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line == "" {
		return "it says nothing"
	}
	return line
}

// where is the field of a probe.
func where(f failing) string {
	if f.action.Port == 0 {
		return fmt.Sprintf("%s.%sProbe", f.Path, f.kind)
	}
	return fmt.Sprintf("%s.%sProbe, port %d", f.Path, f.kind, f.action.Port)
}

// probeCommand is the command that does what a probe does.
func (l *look) probeCommand(f failing) string {
	in := l.command("exec") + " -c " + f.Name + " -- "
	switch http := f.action.HTTP; {
	case f.stop != "":
		return l.command("events")
	case len(f.action.Exec) > 0:
		return in + commandLine(f.action.Exec)
	case http != nil && !l.has(f.Unit, "wget"):
		return l.command("events")
	case http != nil && http.Scheme == v1.URISchemeHTTPS:
		return in + "wget --no-check-certificate -qO- " + word(target(f, "https"))
	case http != nil:
		return in + "wget -qO- " + word(target(f, "http"))
	}
	return l.command("ns")
}

// has reports whether a unit that runs has a program where one is looked for.
func (l *look) has(u translate.Unit, program string) bool {
	c := l.Latest(u.Name)
	for _, folder := range []string{"/bin/", "/usr/bin/"} {
		if file, known := l.file(c.ID, folder+program); known && file.There {
			return true
		}
	}
	return false
}

// target is the address that a probe asks, as seen in the pod.
func target(f failing, scheme string) string {
	return fmt.Sprintf("%s://127.0.0.1:%d/%s", scheme, f.action.Port, strings.TrimPrefix(f.action.HTTP.Path, "/"))
}

// refusedBy is a probe whose connection was refused.
func (l *look) refusedBy(c Cause, f failing) []Cause {
	if f.stop != "" {
		if wrong, found := l.wrongPort(c, f); found {
			return []Cause{wrong}
		}
		return []Cause{l.gaveUp(c, f)}
	}
	c.Command = l.command("ns")
	open, known := l.listening()
	if !known {
		return nil
	}
	if at := open.at(f.action.Port); len(at) > 0 {
		switch {
		case onlyLoopback(at):
		case f.action.GRPC != nil:
			c.Name = "probe-grpc"
			c.Text = fmt.Sprintf("the %s probe of %s gets no answer of gRPC's health service at port %d, where a server listens", f.kind, title(f.Unit), f.action.Port)
			return []Cause{c}
		default:
			return nil // it listens by now
		}
		return []Cause{l.loopbackCause(f.Unit, f.action.Port, at, fmt.Sprintf("its %s probe", f.kind))}
	}
	c.Evidence = append(c.Evidence, "ports that are listened on: "+open.String())
	latest := l.Latest(f.Name)
	if len(open.ports()) == 0 && l.now.Sub(latest.StartedAt) < youth {
		c.Name, c.Sure = "not-listening-yet", Possible
		c.Text = fmt.Sprintf("%s listens on no port yet, %s after its start", title(f.Unit), age(l.now.Sub(latest.StartedAt)))
		return []Cause{c}
	}
	c.Name = "probe-port"
	c.Text = fmt.Sprintf("the %s probe of %s goes to port %d, where nobody listens; the pod listens on %s", f.kind, title(f.Unit), f.action.Port, open)
	if len(open.ports()) == 0 {
		return append(l.hiddenFolders(f), c)
	}
	return []Cause{c}
}

// youth is how long a container may take to listen before that is strange.
const youth = 10 * time.Second

// givesUp is how long after the start of a container its probe gives up, if it
// never succeeds.
func givesUp(p *v1.Probe) time.Duration {
	return time.Duration(p.InitialDelaySeconds+max(1, p.PeriodSeconds)*max(0, p.FailureThreshold-1)) * time.Second
}

func patience(p *v1.Probe) string {
	return fmt.Sprintf("initialDelaySeconds %d, periodSeconds %d, failureThreshold %d", p.InitialDelaySeconds, p.PeriodSeconds, p.FailureThreshold)
}

// graceOf is how long the container may have taken to end.
func (l *look) graceOf(p *v1.Probe) time.Duration {
	if s := p.TerminationGracePeriodSeconds; s != nil {
		return kube.Seconds(*s)
	}
	return kube.Seconds(l.GraceSeconds())
}

// lived is for how long the attempt before the one that runs was there.
func (l *look) lived(u translate.Unit) (time.Duration, bool) {
	for _, c := range slices.Backward(l.Containers) {
		if c.Unit == u.Name && c.State == plan.Exited {
			return c.FinishedAt.Sub(c.StartedAt), true
		}
	}
	return 0, false
}
