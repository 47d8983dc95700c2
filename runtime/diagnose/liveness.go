package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"

	"github.com/minipod/minipod/runtime/plan"
	"github.com/minipod/minipod/runtime/translate"
)

// earlyLiveness is a container that its liveness probe has killed before it
// could answer.
func earlyLiveness(l *look) []Cause {
	if l.Pause == nil {
		return nil
	}
	var causes []Cause
	for _, u := range l.units() {
		p := u.Probe(translate.Liveness)
		if p == nil {
			continue
		}
		seen := l.livenessSeen(u, p)
		if seen == "" {
			continue
		}
		causes = append(causes, l.liveness(u, p, seen, l.livenessOutput(u))...)
	}
	return causes
}

// livenessFailed begins the messages of liveness probes that fail.
const livenessFailed = "Liveness probe failed: "

// livenessOutput is how the liveness probe of a unit has failed last, but before
// that that its command is not there: what another failure says, of a container
// that was being stopped, is no better.
func (l *look) livenessOutput(u translate.Unit) string {
	last := ""
	for _, e := range slices.Backward(l.e.Events.Latest()) {
		switch {
		case e.Unit != u.Name || !strings.HasPrefix(e.Message, livenessFailed):
		case u.Probe(translate.Liveness).Exec != nil && missingCommand(e.Message):
			return e.Message
		case last == "":
			last = e.Message
		}
	}
	return last
}

// livenessSeen is what tells that the liveness probe of a unit has had it
// stopped; empty where nothing does.
func (l *look) livenessSeen(u translate.Unit, p *v1.Probe) string {
	if e, by := l.killedBy(u, translate.Liveness); by {
		return eventText(e)
	}
	c := l.failed(u)
	switch {
	case c == nil || c.OOMKilled:
		return ""
	case c.ExitCode == terminated || c.ExitCode == killed:
		return fmt.Sprintf("exit code %d: it was stopped, as it is when its liveness probe fails", c.ExitCode)
	}
	if e, failed := l.warned(u.Name, livenessFailed); failed && during(e, *c) && e.Count >= int(p.FailureThreshold) {
		return fmt.Sprintf("exit code %d, when its liveness probe had failed often enough for it to be stopped", c.ExitCode)
	}
	return ""
}

func (l *look) liveness(u translate.Unit, p *v1.Probe, seen, output string) []Cause {
	gives := givesUp(p)
	c := Cause{
		Name: "liveness-too-early", Container: u.Name, Sure: Likely,
		Evidence: append(nonEmpty(seen, output), patience(p)), Command: l.command("events"),
	}
	if p.Exec != nil && missingCommand(output) {
		return []Cause{absentProbeCommand(c, u, translate.Liveness, output)}
	}
	if wrong, found := l.wrongPort(c, u, output); found {
		return []Cause{wrong}
	}
	lived, known := l.lived(u)
	slow := known && lived <= gives+time.Duration(p.PeriodSeconds+p.TimeoutSeconds)*time.Second+l.graceOf(p)
	if !slow || u.Probe(translate.Startup) != nil || holds(output, "statuscode: 404") {
		c.Name = "liveness-failing"
		c.Text = fmt.Sprintf("the liveness probe of %s fails, and has it started again: %s", title(u), firstOf(strings.TrimPrefix(output, livenessFailed)))
		return []Cause{c}
	}
	c.Text = fmt.Sprintf("the liveness probe of %s had it killed %s after its start, before it has ever answered: a startupProbe or initialDelaySeconds gives it the time", title(u), age(lived))
	c.Evidence = append(c.Evidence, "it gives up "+age(gives)+" after the start of a container that does not answer")
	return []Cause{c}
}

// wrongPort tells that a liveness probe which was refused goes to a port on
// which the container will never listen: because it listens on others, or
// because its image and its manifest speak of others only.
func (l *look) wrongPort(c Cause, u translate.Unit, output string) (Cause, bool) {
	action, err := u.ProbeAction(translate.Liveness, translate.Inputs{PodIPs: l.Pause.IPs})
	if err != nil || action.Port == 0 || !unconnected(output) {
		return c, false
	}
	port := action.Port
	c.Name, c.Command = "probe-port", l.command("ns")
	exposed := l.exposed(u)
	if open, known := l.listening(); known && l.alone(u) && len(open.ports()) > 0 {
		c.Sure = Certain
		c.Text = fmt.Sprintf("the liveness probe of %s goes to port %d, where nobody listens, and has it started again; the pod listens on %s", title(u), port, open)
		c.Evidence = append(c.Evidence, "ports that are listened on: "+open.String())
		return c, len(open.at(port)) == 0 && !slices.Contains(exposed, port)
	}
	c.Text = fmt.Sprintf("the liveness probe of %s goes to port %d, where nobody listens, and has it started again; its image and its manifest name only %s", title(u), port, numbers(exposed))
	c.Evidence = append(c.Evidence, "ports of the image and of the manifest: "+numbers(exposed))
	c.Command = "docker image inspect -f '{{json .Config.ExposedPorts}}' " + word(u.Container.Image)
	return c, len(exposed) > 0 && !slices.Contains(exposed, port)
}

// alone reports whether a unit is the only container that runs, so that every
// port of the pod is its own.
func (l *look) alone(u translate.Unit) bool {
	runs := false
	for _, c := range l.Containers {
		if c.State == plan.Running && c.Unit != u.Name {
			return false
		}
		runs = runs || c.State == plan.Running
	}
	return runs
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
