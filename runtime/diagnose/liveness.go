package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// stoppedByProbe are containers that their startup or liveness probes have had
// stopped. Why those failed is in the messages of events: the attempt that they
// asked is gone.
func stoppedByProbe(l *look) []Cause {
	if l.Pause == nil {
		return nil
	}
	var causes []Cause
	for _, u := range l.units() {
		for _, kind := range []translate.ProbeKind{translate.Startup, translate.Liveness} {
			if u.Probe(kind) == nil {
				continue
			}
			f := failing{Unit: u, kind: kind, stop: l.stopSeen(u, kind)}
			var err error
			if f.action, err = u.ProbeAction(kind, translate.Inputs{PodIPs: l.Pause.IPs}); err == nil && f.stop != "" {
				f.output = cmp.Or(l.probeOutput(u, kind), "nothing is known of why")
				causes = append(causes, l.probeCauses(f)...)
			}
		}
	}
	return causes
}

// probeOutput is how a probe of a unit has failed last, but before that that its
// command is not there: what another failure says, of a container that was
// being stopped, is no better.
func (l *look) probeOutput(u translate.Unit, kind translate.ProbeKind) string {
	last := ""
	for _, e := range slices.Backward(l.e.Events.Latest()) {
		text, failed := strings.CutPrefix(e.Message, failedWords(kind))
		switch {
		case e.Unit != u.Name || !failed:
		case u.Probe(kind).Exec != nil && missingCommand(text):
			return text
		case last == "":
			last = text
		}
	}
	return last
}

// failedWords begin the messages of probes that fail.
func failedWords(kind translate.ProbeKind) string {
	return strings.ToUpper(string(kind[:1])) + string(kind[1:]) + " probe failed: "
}

// stopSeen is what tells that a probe of a unit has had it stopped; empty where
// nothing does.
func (l *look) stopSeen(u translate.Unit, kind translate.ProbeKind) string {
	if e, by := l.killedBy(u, kind); by {
		return eventText(e)
	}
	c := l.failed(u)
	switch {
	case kind != translate.Liveness || c == nil || c.OOMKilled:
		return ""
	case c.ExitCode == terminated || c.ExitCode == killed:
		return fmt.Sprintf("exit code %d: it was stopped, as it is when its liveness probe fails", c.ExitCode)
	}
	if e, failed := l.warned(u.Name, failedWords(kind)); failed && during(e, *c) && e.Count >= int(u.Probe(kind).FailureThreshold) {
		return fmt.Sprintf("exit code %d, when its liveness probe had failed often enough for it to be stopped", c.ExitCode)
	}
	return ""
}

// tooEarly reports whether the liveness probe that had a unit stopped may have
// done so before it could answer, and for how long it lived.
func (l *look) tooEarly(f failing) (lived time.Duration, early bool) {
	p := f.Probe(f.kind)
	lived, known := l.lived(f.Unit)
	early = known && lived <= givesUp(p)+time.Duration(p.PeriodSeconds+p.TimeoutSeconds)*time.Second+l.graceOf(p)
	return lived, early && f.stop != "" && f.kind == translate.Liveness && f.Probe(translate.Startup) == nil
}

// gaveUp is a probe that had a container stopped, of which no more is known than
// that it failed.
func (l *look) gaveUp(c Cause, f failing) Cause {
	c.Name = string(f.kind) + "-failing"
	p := f.Probe(f.kind)
	switch lived, early := l.tooEarly(f); {
	case f.kind == translate.Startup:
		c.Text = fmt.Sprintf("the startup probe of %s gave up %s after its start and had it started again: %s", title(f.Unit), givesUp(p), firstOf(f.output))
	case early:
		c.Name, c.Sure = "liveness-too-early", Likely
		c.Text = fmt.Sprintf("the liveness probe of %s had it killed %s after its start, before it has ever answered: a startupProbe or initialDelaySeconds gives it the time%s", title(f.Unit), age(lived), otherwise(f))
		c.Evidence = append(c.Evidence, "it gives up "+age(givesUp(p))+" after the start of a container that does not answer")
	default:
		c.Sure = Likely
		c.Text = fmt.Sprintf("the liveness probe of %s fails, and has it started again: %s", title(f.Unit), firstOf(f.output))
	}
	return c
}

// otherwise is what else may have a probe get no answer: more time to start in does
// not help a server that is slow to answer, or that speaks something else.
func otherwise(f failing) string {
	switch {
	case f.action.GRPC != nil:
		return ", if the server has gRPC's health service"
	case holds(f.output, "timeout", "timed out", "deadline exceeded"):
		return fmt.Sprintf(", and timeoutSeconds (%s) if its answers take longer", f.action.Timeout)
	}
	return ""
}

// wrongPort tells that a probe which was refused, and had its container stopped,
// goes to a port on which the container will never listen: because it listens
// on others, or on this one for itself alone, or because its image and its
// manifest speak of others only.
func (l *look) wrongPort(c Cause, f failing) (Cause, bool) {
	port := f.action.Port
	c.Name, c.Command = "probe-port", l.command("ns")
	exposed := l.exposed(f.Unit)
	if open, known := l.listening(); known && l.alone(f.Unit) && len(open.ports()) > 0 {
		if at := open.at(port); len(at) > 0 && onlyLoopback(at) {
			return l.loopbackCause(f.Unit, port, at, fmt.Sprintf("its %s probe", f.kind)), true
		}
		c.Text = fmt.Sprintf("the %s probe of %s goes to port %d, where nobody listens%s; the pod listens on %s", f.kind, title(f.Unit), port, f.again(), open)
		c.Evidence = append(c.Evidence, "ports that are listened on: "+open.String())
		return c, len(open.at(port)) == 0 && !slices.Contains(exposed, port)
	}
	c.Sure = Likely
	c.Text = fmt.Sprintf("the %s probe of %s goes to port %d, where nobody listens%s; its image and its manifest name only %s", f.kind, title(f.Unit), port, f.again(), numbers(exposed))
	c.Evidence = append(c.Evidence, "ports of the image and of the manifest: "+numbers(exposed))
	c.Command = "docker image inspect -f '{{json .Config.ExposedPorts}}' " + word(f.Container.Image)
	return c, len(exposed) > 0 && !slices.Contains(exposed, port)
}

// alone reports whether a unit is the only container that runs, so that every
// port of the pod is its own.
func (l *look) alone(u translate.Unit) bool {
	latest := l.Latest(u.Name)
	return latest != nil && latest.State == plan.Running && len(l.others(u)) == 0
}

// exposed are the TCP ports that the image and the manifest say a unit has.
func (l *look) exposed(u translate.Unit) []int {
	var ports []int
	for _, p := range l.imagePorts(u) {
		number, protocol, _ := strings.Cut(p, "/")
		if port, err := strconv.Atoi(number); err == nil && protocol == "tcp" {
			ports = append(ports, port)
		}
	}
	for _, p := range u.Container.Ports {
		if p.Protocol != v1.ProtocolUDP {
			ports = append(ports, int(p.ContainerPort))
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// imagePorts are what the image that a unit was made from exposes.
func (l *look) imagePorts(u translate.Unit) []string {
	name, _ := l.imageOf(u)
	if image, there := l.Images[name]; there {
		return image.Ports
	}
	if image := l.Images[u.Container.Image]; image.ID == name {
		return image.Ports // the tag still means it
	}
	return nil
}

func numbers(ports []int) string {
	var texts []string
	for _, p := range ports {
		texts = append(texts, strconv.Itoa(p))
	}
	return strings.Join(texts, ", ")
}

// missingCommand reports whether the output of a probe says that its command
// is not there.
func missingCommand(output string) bool {
	return holds(output, notInPath) || holds(output, noSuchFile) && quoted(output, "exec: ") != ""
}

// absentProbeCommand is a probe whose command the image does not have.
func absentProbeCommand(c Cause, u translate.Unit, kind translate.ProbeKind, output string) Cause {
	program := quoted(output, "exec: ")
	c.Name, c.Sure = "probe-command-missing", Certain
	c.Text = fmt.Sprintf("the %s probe of %s runs %s, which image %s does not have%s", kind, title(u), program, u.Container.Image, split(program))
	return c
}
